"""Never ends while it is imported, and catches what might stop it."""
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
