/** What the map draws behind the streets: buildings of note, parks, water, districts, land use. */
import type { Name } from '../api/types';
import { hectaresOf, middleOf } from '../map/geometry';
import { live } from '../state/live.svelte';
import { label, words } from '../words/i18n.svelte';
import { column, figure, type Row, type Table, text } from './cells';

/** What one looks for comes before what one looks at. */
const ORDER = [
  'hospital',
  'ambulance_station',
  'fire_station',
  'care_home',
  'school',
  'shops',
  'district',
  'park',
  'water',
  'bridge',
  'jobs',
  'homes',
];

const rank = (kind: string) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);

/** The rows of `features`, in the reader's language. */
export function placeRows(features: GeoJSON.Feature[]): Row[] {
  const rows = features.map((feature, id) => {
    const kind = String(feature.properties?.kind ?? '');
    const name = words.name(feature.properties?.name as Name | undefined);
    const road = live.roads.get(Number(feature.properties?.road ?? Number.NaN));
    const at = middleOf(feature.geometry);
    const row: Row = {
      id,
      cells: [
        text(name || label('place', kind)),
        { text: label('place', kind), sort: rank(kind) },
        text(words.name(road?.label) || '–'),
        figure(hectaresOf(feature.geometry), 1),
      ],
      ...(at ? { at: { lon: at[0], lat: at[1] } } : {}),
    };
    return { row, kind, named: name !== '' };
  });
  // Nameless ponds and blocks stand after what has a name.
  return rows
    .sort((a, b) => Number(b.named) - Number(a.named) || rank(a.kind) - rank(b.kind))
    .map(({ row }) => row);
}

export const places: Table = {
  name: 'places',
  columns: [column('place'), column('kind'), column('road'), column('area-ha', true)],
  rows: () => placeRows(live.places?.features ?? []),
};
