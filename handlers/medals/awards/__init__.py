"""What it takes to be awarded: the rules of the medals, badges by the class, quotas, what is missing."""
