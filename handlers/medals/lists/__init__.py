"""Lists of who gets a medal: for the notice, the certificates, the ceremony and the official registry."""
