"""What is announced: waking workers, and webhooks to addresses that may be reached."""
