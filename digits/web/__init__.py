"""The page in the browser: its application (app), who may ask it (access), what it is sent (upload), what it answers
(answer) with which model (model), a first layer's filters (filters), the user's own digits (own), and page/.
"""
