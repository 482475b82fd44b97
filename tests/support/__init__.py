"""Things tests are made with: plans, repositories, a driver."""
