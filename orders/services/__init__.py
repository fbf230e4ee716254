"""One function per change: it locks, checks, moves the machine, writes the timeline and plans the milestones."""
