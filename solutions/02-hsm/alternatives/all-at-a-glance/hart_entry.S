// Nothing here: hsm.c has it.
