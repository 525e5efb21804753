/** Meshes of polylines: every ribbon stands on the right side, none is lost or torn. */
import { describe, expect, it } from 'vitest';
import { FLOATS, lengthOf, mesh, type Ribbon, shorten } from './ribbon';

const ribbon = (points: [number, number][]): Ribbon => ({
  points,
  offsetM: 2,
  widthM: 3,
  leastPx: 1,
  index: 4,
});

describe('ribbons', () => {
  it('have two vertices per point and two triangles per step', () => {
    const { vertices, indices } = mesh([
      ribbon([
        [0, 0],
        [10, 0],
        [10, 10],
      ]),
      ribbon([
        [5, 5],
        [6, 6],
      ]),
    ]);
    expect(vertices.length).toBe(5 * 2 * FLOATS);
    expect(indices.length).toBe(3 * 6);
    expect(Math.max(...indices)).toBe(9);
  });

  it('have their normals to the right of travel, where y grows southward', () => {
    const { vertices } = mesh([
      ribbon([
        [0, 0],
        [0, -10],
      ]),
    ]);
    // Northward travel: the right side is east.
    expect([...vertices.slice(2, 4)]).toEqual([1, 0]);
  });

  it('of a single point are nothing', () => {
    expect(mesh([ribbon([[1, 1]])]).indices.length).toBe(0);
  });

  it('stay finite at repeated points and hairpin bends', () => {
    const { vertices } = mesh([
      ribbon([
        [0, 0],
        [0, 0],
        [5, 0],
        [0, 0],
      ]),
    ]);
    expect(vertices.every(Number.isFinite)).toBe(true);
  });
});

describe('shortening', () => {
  it('takes off both ends', () => {
    expect(
      shorten(
        [
          [0, 0],
          [100, 0],
        ],
        10,
        20,
      ),
    ).toEqual([
      [10, 0],
      [80, 0],
    ]);
  });

  it('keeps a third of what is too short', () => {
    expect(
      lengthOf(
        shorten(
          [
            [0, 0],
            [30, 0],
          ],
          40,
          40,
        ),
      ),
    ).toBeCloseTo(10);
  });

  it('keeps bends in between', () => {
    expect(
      shorten(
        [
          [0, 0],
          [50, 0],
          [50, 50],
        ],
        10,
        10,
      ),
    ).toEqual([
      [10, 0],
      [50, 0],
      [50, 40],
    ]);
  });
});
