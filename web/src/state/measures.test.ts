import { expect, it } from 'vitest';
import { FIGURES, gain } from './measures';

const figure = (key: string) => FIGURES.find((candidate) => candidate.key === key)!;

it('less delay is good, less speed is not', () => {
  expect(gain(figure('mean_delay_s'), 80, 100)).toEqual({
    share: expect.closeTo(-0.2),
    good: true,
  });
  expect(gain(figure('mean_speed_mps'), 8, 10)).toEqual({
    share: expect.closeTo(-0.2),
    good: false,
  });
});

it('a difference within half a percent is neither', () => {
  expect(gain(figure('mean_delay_s'), 100.2, 100)?.good).toBeNull();
});

it('there is no gain against nothing', () => {
  expect(gain(figure('mean_delay_s'), 80, null)).toBeNull();
  expect(gain(figure('mean_delay_s'), 80, 0)).toBeNull();
});

it('the number of vehicles is never called good or bad', () => {
  expect(gain(figure('vehicles'), 80, 100)?.good).toBeNull();
});
