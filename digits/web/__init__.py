"""The page in the browser: its application (app), who may ask it (access), what a filter finds (filters), and page/."""
