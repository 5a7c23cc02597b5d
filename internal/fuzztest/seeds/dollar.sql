DO $a$ BEGIN $b$;
