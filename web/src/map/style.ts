/** The drawn city: which layers, in which order, in the colors of the theme on the page. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl';
import type { Lang } from '../words/i18n.svelte';
import { token } from './palette';
import { pixelsPerMeter, widthPx } from './scale';
import { kind, polygonal } from './style-filters';
import { labels } from './style-labels';

/** Least width of a direction of a road at the wide view, pixels, by class. */
const LEAST: ExpressionSpecification = [
  'match',
  ['get', 'class'],
  'expressway',
  3.4,
  'arterial',
  2.8,
  'collector',
  2,
  1.4,
];
function ground(): LayerSpecification[] {
  const fill = (name: string): LayerSpecification => ({
    id: `place-${name}`,
    type: 'fill',
    source: 'places',
    filter: ['all', polygonal, kind(name)],
    paint: { 'fill-color': token(`map-${name.replaceAll('_', '-')}`), 'fill-antialias': true },
  });
  return [
    { id: 'ground', type: 'background', paint: { 'background-color': token('map-ground') } },
    ...['homes', 'jobs', 'shops', 'school', 'care_home', 'hospital', 'park'].map(fill),
    fill('water'),
    {
      id: 'shore',
      type: 'line',
      source: 'places',
      filter: ['all', polygonal, kind('water')],
      paint: {
        'line-color': token('map-shore'),
        'line-width': ['interpolate', ['linear'], ['zoom'], 11, 0.6, 16, 1.6],
      },
    },
    {
      id: 'districts',
      type: 'line',
      source: 'places',
      filter: kind('district'),
      paint: {
        'line-color': token('map-district'),
        'line-dasharray': [6, 3, 1, 3],
        'line-width': 0.9,
        'line-opacity': ['interpolate', ['linear'], ['zoom'], 13, 0.7, 15.5, 0.15],
      },
    },
  ];
}

function streets(lat: number): LayerSpecification[] {
  const width = (extra: number) => widthPx(lat, ['+', ['get', 'w'], extra], LEAST);
  const offset: ExpressionSpecification = [
    'interpolate',
    ['exponential', 2],
    ['zoom'],
    10,
    ['*', ['get', 's'], LEAST, 0.225],
    14,
    [
      '*',
      ['get', 's'],
      ['max', ['*', LEAST, 0.5], ['*', ['abs', ['get', 'o']], pixelsPerMeter(14, lat)]],
    ],
    22,
    ['*', ['get', 'o'], pixelsPerMeter(22, lat)],
  ] as unknown as ExpressionSpecification;
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    {
      id: 'bridges',
      type: 'line',
      source: 'places',
      filter: ['all', kind('bridge'), ['==', ['geometry-type'], 'LineString']],
      paint: {
        'line-color': token('map-road-case'),
        'line-width': widthPx(lat, 30, 7),
        'line-opacity': 0.9,
      },
    },
    {
      id: 'road-case',
      type: 'line',
      source: 'roads',
      layout: round,
      paint: {
        'line-color': token('map-road-case'),
        'line-offset': offset,
        'line-width': widthPx(lat, ['+', ['get', 'w'], 3], ['+', LEAST, 1.2]),
      },
    },
    {
      id: 'road',
      type: 'line',
      source: 'roads',
      layout: round,
      paint: {
        'line-color': [
          'match',
          ['get', 'class'],
          'expressway',
          token('map-expressway'),
          token('map-road'),
        ],
        'line-offset': offset,
        'line-width': width(0.4),
      },
    },
    {
      id: 'road-middle',
      type: 'line',
      source: 'middles',
      minzoom: 15.5,
      paint: {
        'line-color': token('map-amber'),
        'line-opacity': 0.55,
        'line-width': widthPx(lat, 0.3, 0.7),
      },
    },
    {
      id: 'lane-mark',
      type: 'line',
      source: 'lane-marks',
      minzoom: 16,
      paint: {
        'line-color': token('map-lane-mark'),
        'line-width': widthPx(lat, 0.2, 0.5),
        'line-dasharray': [12, 12],
        'line-offset': widthPx(lat, ['*', -0.5, ['get', 'w']], 0),
      },
    },
  ];
}

function routes(lat: number): LayerSpecification[] {
  const round = { 'line-cap': 'round', 'line-join': 'round' } as const;
  return [
    {
      id: 'route-glow',
      type: 'line',
      source: 'routes',
      layout: round,
      paint: {
        'line-color': ['case', ['get', 'green'], token('map-corridor'), token('map-route')],
        'line-width': widthPx(lat, 26, 12),
        'line-opacity': 0.22,
        'line-offset': widthPx(lat, 5, 2),
      },
    },
    {
      id: 'route',
      type: 'line',
      source: 'routes',
      layout: round,
      paint: {
        'line-color': ['case', ['get', 'green'], token('map-corridor'), token('map-route')],
        'line-width': widthPx(lat, 2.4, 2.6),
        'line-offset': widthPx(lat, 5, 2),
      },
    },
    {
      id: 'closure-case',
      type: 'line',
      source: 'closures',
      paint: { 'line-color': token('map-halo'), 'line-width': widthPx(lat, 3.6, 6) },
    },
    {
      id: 'closure',
      type: 'line',
      source: 'closures',
      paint: {
        'line-color': token('map-stop'),
        'line-width': widthPx(lat, 3, 4.5),
        'line-dasharray': [0.7, 0.5],
      },
    },
    {
      id: 'picked',
      type: 'line',
      source: 'picked',
      layout: round,
      paint: {
        'line-color': token('focus'),
        'line-width': widthPx(lat, 3.4, 5),
        'line-opacity': 0.9,
        'line-offset': ['coalesce', ['get', 'px'], 0],
      },
    },
  ];
}

/** Where the moving speed ribbons go: above the streets, below routes and names. */
export const BELOW_RIBBONS = 'route-glow';
export const SOURCES = [
  'places',
  'roads',
  'middles',
  'lane-marks',
  'streets',
  'junctions',
  'routes',
  'closures',
  'picked',
] as const;
export type SourceName = (typeof SOURCES)[number];

/** The whole style over `data`; what has no data yet is an empty source. */
export function cityStyle(
  lat: number,
  lang: Lang,
  data: Partial<Record<SourceName, GeoJSON.FeatureCollection>>,
): StyleSpecification {
  const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
  return {
    version: 8,
    sources: Object.fromEntries(
      SOURCES.map((name) => [name, { type: 'geojson', data: data[name] ?? empty, tolerance: 0.2 }]),
    ),
    layers: [...ground(), ...streets(lat), ...routes(lat), ...labels(lang)],
  };
}
