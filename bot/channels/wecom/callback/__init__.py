"""What WeCom posts to the app: opened, read, committed, and answered by the response itself."""
