"""What can we prove?"""
