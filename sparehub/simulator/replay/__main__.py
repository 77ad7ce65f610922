"""``python -m sparehub.simulator.replay``."""

from sparehub.simulator.replay.command import main

if __name__ == "__main__":
    main()
