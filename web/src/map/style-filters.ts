/** Filters that several layers of the drawn city share. */
import type { ExpressionSpecification } from 'maplibre-gl';

/** Features of `kinds`. */
export const kind = (...kinds: string[]): ExpressionSpecification => [
  'in',
  ['get', 'kind'],
  ['literal', kinds],
];

/** Features that are areas. */
export const polygonal: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
