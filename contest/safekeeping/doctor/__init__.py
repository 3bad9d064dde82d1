"""What ``hoithi doctor`` looks at; every look tells what it found and, if it is ill, the remedy."""
