import { expect, it } from 'vitest';
import { RoadSmoother } from './smooth';

const one = (value: number) => Uint8Array.of(value);

it('the first sight counts in full', () => {
  expect([...new RoadSmoother().add(Uint8Array.of(200, 255), 0)]).toEqual([200, 255]);
});

it('one car at a red light does not stop the street, a lasting queue does', () => {
  const road = new RoadSmoother();
  road.add(one(200), 0);
  expect(road.add(one(0), 1000)[0]).toBeGreaterThan(190);
  let last = 255;
  for (let second = 2; second < 180; second += 1) last = road.add(one(0), second * 1000)[0]!;
  expect(last).toBeLessThan(10);
});

it('an empty street keeps its speed for a while, then is empty', () => {
  const road = new RoadSmoother();
  road.add(one(120), 0);
  expect(road.add(one(255), 60_000)[0]).toBe(120);
  expect(road.add(one(255), 100_000)[0]).toBe(255);
});

it('a jump in time or another network starts afresh', () => {
  const road = new RoadSmoother();
  road.add(one(200), 1_000_000);
  expect(road.add(one(20), 500_000)[0]).toBe(20);
  expect([...road.add(Uint8Array.of(7, 8), 501_000)]).toEqual([7, 8]);
});

it('nothing moves while the city is paused', () => {
  const road = new RoadSmoother();
  road.add(one(200), 1000);
  expect(road.add(one(200), 1000)[0]).toBe(200);
});
