"""The page in the browser: its application (app), what it is sent (upload), who may ask it (access), the model that
answers (model), to a picture (answer), a first layer's filters (filters), the user's hand (own), and page/.
"""
