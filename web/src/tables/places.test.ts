/** Every place the map draws has a row that leads to it. */
import { expect, it } from 'vitest';
import { buildCity } from '../../mock/city.mjs';
import { placeRows } from './places';

const { features } = buildCity().places as unknown as GeoJSON.FeatureCollection;

it('every place of the city has a row with somewhere to go', () => {
  const rows = placeRows(features);
  expect(rows).toHaveLength(features.length);
  expect(rows.filter((row) => !row.at)).toEqual([]);
});

it('hospitals stand first, nameless blocks last', () => {
  const rows = placeRows(features);
  expect(rows[0]?.cells[0]?.text).toBe('市第一医院');
  const last = features[Number(rows.at(-1)?.id)];
  expect(last?.properties?.name).toEqual({ zh: '', en: '' });
});

it('a hospital without an area has none, a park has one', () => {
  const area = (kind: string) =>
    placeRows(features.filter((f) => f.properties?.kind === kind))[0]?.cells[3]?.text;
  expect(area('hospital')).toBe('–');
  expect(Number(area('park'))).toBeGreaterThan(1);
});
