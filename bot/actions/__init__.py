"""What the bot must look up or start; it asks the api over HTTP and passes on keys and ids."""
