"""The Metrics page: what requests cost, how long they take, who and what they are spent on."""
