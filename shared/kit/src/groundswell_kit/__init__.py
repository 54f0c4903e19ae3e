"""What every service needs and none of the business is in: messaging, HTTP, observability."""
