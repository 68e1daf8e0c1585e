"""The course checks its own graders: would they reject what is wrong, and accept what is right?"""
