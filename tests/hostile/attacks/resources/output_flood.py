"""Prints 200 MB, and as much on standard error."""
line = "x" * (1 << 20)
for _ in range(200):
    print(line)
    print(line, file=sys.stderr)
    os.write(1, line.encode())
