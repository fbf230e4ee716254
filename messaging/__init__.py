"""What do we say, to whom, and when?"""
