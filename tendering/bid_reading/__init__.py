"""Reading the files of opened bids for what they have in common: text by page, and marks.

They come from bidders: each is read in a process of its own, which may fail and no more.
"""
