#!/usr/bin/env python3
"""Writes what Python's zoneinfo knows about a few zones, for CivilTimeTests to compare with.

Lines `offset ZONE SECONDS OFFSET` and `day ZONE DATE SECONDS`: the offset at a moment, and the first moment of a day
that is not the 24 hours after the one before. The future is recorded only for zones whose rules have held for decades.
"""
import datetime
import random
import zoneinfo

STEADY = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
MOVING = ["Pacific/Apia", "Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Sao_Paulo", "Africa/Casablanca",
          "America/St_Johns", "Asia/Gaza", "Pacific/Kwajalein", "Europe/Dublin"]
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def local(zone, seconds):
    return (EPOCH + datetime.timedelta(seconds=seconds)).astimezone(zone)


def first_moment(zone, date):
    midnight = int((datetime.datetime.combine(date, datetime.time(), datetime.timezone.utc) - EPOCH).total_seconds())
    return next(t for t in range(midnight - 26 * 3600, midnight + 50 * 3600, 60) if local(zone, t).date() >= date)


def main():
    rng = random.Random(1)
    for name in STEADY + MOVING:
        zone = zoneinfo.ZoneInfo(name)
        years = (1902, 2100) if name in STEADY else (1902, 2024)
        for _ in range(60):
            seconds = rng.randrange((years[0] - 1970) * 31556952, (years[1] - 1970) * 31556952)
            print("offset", name, seconds, int(local(zone, seconds).utcoffset().total_seconds()))
        date = datetime.date(1999, 1, 1)
        last = datetime.date(2042 if name in STEADY else 2024, 1, 1)
        offset = None
        while date < last:
            noon = int((datetime.datetime.combine(date, datetime.time(12), datetime.timezone.utc) - EPOCH).total_seconds())
            now = local(zone, noon).utcoffset()
            if now != offset:
                for days in (-1, 0, 1, 2):
                    day = date + datetime.timedelta(days=days)
                    print("day", name, day, first_moment(zone, day))
            offset = now
            date += datetime.timedelta(days=1)


main()
