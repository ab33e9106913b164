"""The only room that reads keys or writes to the screen."""
