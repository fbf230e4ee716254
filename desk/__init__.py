"""What does the team see?"""
