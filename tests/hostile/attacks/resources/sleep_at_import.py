"""Waits for an event that never comes, while it is imported."""
import threading

threading.Event().wait(60)
