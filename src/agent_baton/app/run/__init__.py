"""Driving a task unattended: the same journal and the same functions as by hand, the actions performed here."""
