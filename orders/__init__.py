"""What happened to an order, and when does something fall due?"""
