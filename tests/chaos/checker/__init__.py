"""Judges a run by what is left of it. It shares no code with the product, and no Kafka client.

All it knows of the product is public: the events of the votes log, how Redis is laid out
(`layout`), what the archive's documents hold, and what the ballot box answers.
"""
