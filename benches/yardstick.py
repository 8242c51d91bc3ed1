"""The simplest thing an integrator would write: one UPDATE per item, one transaction per request.

The same work as the server's bulk requests, in one process and without HTTP, history, idempotency or
rules: 200 items at a time over a table of SKU and quantity, in key order or shuffled, for some seconds.
Usage: yardstick.py FILE PRODUCTS key|shuffled SECONDS
"""
import random
import sqlite3
import sys
import time

file, products, order, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
database = sqlite3.connect(file)
database.execute("create table if not exists products (sku text primary key, quantity integer not null)")
skus = sorted(f"GEN-{number:06}" for number in range(1, products + 1))
if database.execute("select count(*) from products").fetchone()[0] == 0:
    with database:
        database.executemany("insert into products values (?, 200)", ((sku,) for sku in skus))
if order == "shuffled":
    random.Random(1).shuffle(skus)

times = []
start = time.perf_counter()
at, delta = 0, 1
while time.perf_counter() - start < seconds:
    if at + 200 > products:
        at, delta = 0, -delta
    began = time.perf_counter()
    with database:
        for sku in skus[at : at + 200]:
            database.execute("update products set quantity = max(0, quantity + ?) where sku = ?", (delta, sku))
    times.append(time.perf_counter() - began)
    at += 200
rate = len(times) / (time.perf_counter() - start)
times.sort()
percentile = lambda share: times[int((len(times) - 1) * share)] * 1000
print(f"requests/s {rate:.0f}  p50 {percentile(0.5):.2f} ms  p99 {percentile(0.99):.2f} ms  max {times[-1] * 1000:.2f} ms")
