"""The page in the browser: its application (app), what it is sent (upload), who may ask it (access), what a filter
finds (filters), and page/.
"""
