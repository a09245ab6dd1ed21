"""Who answers: the clients that a run can speak to, from a local server to a script."""
