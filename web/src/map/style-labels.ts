/** Names and marks of the drawn city, in the reader's language. */
import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl';
import type { Lang } from '../words/i18n.svelte';
import { PLACE_KINDS } from './icons';
import { token } from './palette';
import { kind, polygonal } from './style-filters';

const FONT = [
  'Inter',
  'Noto Sans CJK SC',
  'Noto Sans SC',
  'PingFang SC',
  'Microsoft YaHei',
  'sans-serif',
];
const BOLD = ['Inter Semibold', 'Noto Sans CJK SC Medium', 'PingFang SC Medium', 'sans-serif'];

/** Streets of lower rank appear as one zooms in. */
const rankedFrom = (zoom: number): ExpressionSpecification => [
  'step',
  ['zoom'],
  ['in', ['get', 'class'], ['literal', ['expressway', 'arterial']]],
  zoom,
  ['!=', ['get', 'class'], 'local'],
  zoom + 1.2,
  true,
];

/** Layers whose text changes with the language. */
export const LABELLED = [
  'street-name',
  'water-name',
  'district-name',
  'place-name',
  'junction-name',
];

export function labels(lang: Lang): LayerSpecification[] {
  const text: ExpressionSpecification = ['get', lang];
  const halo = {
    'text-halo-color': token('map-halo'),
    'text-halo-width': 1.4,
    'text-halo-blur': 0.3,
  };
  const isMain: ExpressionSpecification = [
    'in',
    ['get', 'class'],
    ['literal', ['expressway', 'arterial']],
  ];
  return [
    {
      id: 'junction-dot',
      type: 'circle',
      source: 'junctions',
      minzoom: 11.5,
      maxzoom: 15,
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11.5, 1.4, 14, 3.4],
        'circle-color': [
          'match',
          ['get', 'control'],
          'person',
          token('mode-simulated'),
          'manual',
          token('map-amber'),
          'local',
          token('map-dark'),
          token('map-go'),
        ],
        'circle-stroke-color': token('map-halo'),
        'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 11.5, 0.5, 14, 1.2],
        'circle-opacity': ['interpolate', ['linear'], ['zoom'], 14.5, 1, 15, 0],
        'circle-stroke-opacity': ['interpolate', ['linear'], ['zoom'], 14.5, 1, 15, 0],
      },
    },
    {
      id: 'junction-chosen',
      type: 'circle',
      source: 'junctions',
      filter: ['==', ['get', 'chosen'], true],
      paint: {
        'circle-radius': ['interpolate', ['exponential', 2], ['zoom'], 11, 6, 14, 10, 18, 44],
        'circle-color': token('focus'),
        'circle-opacity': 0.16,
        'circle-stroke-color': token('focus'),
        'circle-stroke-width': 2,
      },
    },
    {
      id: 'junction-hit',
      type: 'circle',
      source: 'junctions',
      minzoom: 12,
      paint: {
        'circle-radius': ['interpolate', ['exponential', 2], ['zoom'], 14, 9, 18, 40],
        'circle-opacity': 0,
      },
    },
    {
      id: 'street-name',
      type: 'symbol',
      source: 'streets',
      minzoom: 13,
      filter: rankedFrom(14),
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 420,
        'text-field': text,
        'text-font': FONT,
        'text-size': [
          'interpolate',
          ['linear'],
          ['zoom'],
          13,
          ['case', isMain, 11, 10],
          17,
          ['case', isMain, 14, 12.5],
        ],
        'text-offset': [
          'interpolate',
          ['linear'],
          ['zoom'],
          13,
          ['literal', [0, 0.9]],
          16,
          ['literal', [0, 1.4]],
          18,
          ['literal', [0, 3]],
        ],
        'text-letter-spacing': 0.06,
        'text-max-angle': 28,
      },
      paint: { 'text-color': token('map-label'), ...halo },
    },
    {
      id: 'water-name',
      type: 'symbol',
      source: 'places',
      filter: ['all', polygonal, kind('water')],
      layout: {
        'text-field': text,
        'text-font': FONT,
        'text-size': 13,
        'text-letter-spacing': 0.35,
      },
      paint: {
        'text-color': token('map-label-water'),
        'text-halo-color': token('map-water'),
        'text-halo-width': 1,
      },
    },
    {
      id: 'district-name',
      type: 'symbol',
      source: 'places',
      filter: kind('district'),
      maxzoom: 15.5,
      layout: {
        'text-field': text,
        'text-font': BOLD,
        'text-size': ['interpolate', ['linear'], ['zoom'], 11, 13, 15, 17],
        'text-letter-spacing': 0.22,
        'text-max-width': 30,
        'text-padding': 24,
      },
      paint: {
        'text-color': token('map-label-soft'),
        ...halo,
        'text-halo-width': 2,
        'text-opacity': ['interpolate', ['linear'], ['zoom'], 14.5, 1, 15.5, 0],
      },
    },
    {
      id: 'place-name',
      type: 'symbol',
      source: 'places',
      minzoom: 13.2,
      filter: ['all', ['==', ['geometry-type'], 'Point'], kind(...PLACE_KINDS)],
      layout: {
        'icon-image': ['concat', 'place-', ['get', 'kind']],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 13, 0.36, 17, 0.55],
        'text-field': text,
        'text-font': FONT,
        'text-size': 11,
        'text-anchor': 'left',
        'text-offset': [0.95, 0],
        'text-optional': true,
        'text-max-width': 9,
        'symbol-sort-key': ['index-of', ['get', 'kind'], ['literal', PLACE_KINDS]],
      },
      paint: {
        'text-color': token('map-label'),
        ...halo,
        'text-opacity': ['interpolate', ['linear'], ['zoom'], 14, 0, 14.4, 1],
      },
    },
    {
      id: 'junction-name',
      type: 'symbol',
      source: 'junctions',
      minzoom: 16.6,
      layout: {
        'text-field': text,
        'text-font': FONT,
        'text-size': 11,
        'text-anchor': 'top',
        'text-offset': [0, 4.5],
        'text-max-width': 10,
      },
      paint: { 'text-color': token('map-label-soft'), ...halo },
    },
  ];
}
