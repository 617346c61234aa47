"""Writers of drafts. Touch this to change what the template says, how the model is asked, or a prompt."""
