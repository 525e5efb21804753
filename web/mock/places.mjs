/** Background of the mock city: river, parks, land use blocks, districts, buildings of note. */

import { RIVER_HALF_M, riverX } from './city.mjs';
import { toLonLat } from './geometry.mjs';

const DISTRICTS = [
  ['湖滨区', 'Hubin'],
  ['江东区', 'Jiangdong'],
  ['拱宸区', 'Gongchen'],
  ['望江区', 'Wangjiang'],
];
const POINTS = [
  ['hospital', '市第一医院', 'First City Hospital', 5, 4],
  ['hospital', '江东医院', 'Jiangdong Hospital', 12, 6],
  ['ambulance_station', '中河急救站', 'Zhonghe Ambulance Station', 7, 7],
  ['ambulance_station', '江东急救站', 'Jiangdong Ambulance Station', 11, 2],
  ['fire_station', '凤起消防站', 'Fengqi Fire Station', 3, 6],
  ['care_home', '夕照养老院', 'Xizhao Home for the Aged', 8, 3],
  ['school', '学军中学', 'Xuejun High School', 4, 2],
  ['school', '江滨小学', 'Jiangbin Primary School', 9, 8],
  ['shops', '湖滨银泰', 'Hubin Mall', 6, 5],
];

const ring = (points) => [...points, points[0]].map(toLonLat);
const polygon = (kind, name, points) => ({
  type: 'Feature',
  properties: { kind, name },
  geometry: { type: 'Polygon', coordinates: [ring(points)] },
});

function river(y0, y1) {
  const [left, right] = [[], []];
  for (let y = y0; y <= y1; y += 60) {
    const half = RIVER_HALF_M + 18 * Math.sin(y / 390);
    left.push([riverX(y) - half, y]);
    right.unshift([riverX(y) + half, y]);
  }
  return polygon('water', { zh: '临江', en: 'Lin River' }, [...left, ...right]);
}

/** `corners` drawn in towards their mean by `inset` metres. */
function inset(corners, metres) {
  const mean = [0, 1].map((k) => corners.reduce((sum, c) => sum + c[k], 0) / corners.length);
  return corners.map((c) => {
    const d = Math.hypot(c[0] - mean[0], c[1] - mean[1]) || 1;
    return [c[0] + ((mean[0] - c[0]) / d) * metres, c[1] + ((mean[1] - c[1]) / d) * metres];
  });
}

const mix = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];

function blocks(city, random) {
  const node = (i, j) => city.junctions[j * city.cols + i].point;
  const features = [];
  for (let j = 0; j + 1 < city.rows; j += 1) {
    for (let i = 0; i + 1 < city.cols; i += 1) {
      const corners = [node(i, j), node(i + 1, j), node(i + 1, j + 1), node(i, j + 1)];
      const sides = corners.map((c) => c[0] < riverX(c[1]));
      if (new Set(sides).size > 1) continue;
      const central = Math.hypot(i - 6, j - 5);
      const roll = random();
      if (roll < 0.09) {
        features.push(polygon('park', { zh: '公园', en: 'Park' }, inset(corners, 32)));
        continue;
      }
      const split = 0.35 + random() * 0.3;
      const [a, b, c, d] = inset(corners, 34);
      const halves =
        random() < 0.5
          ? [
              [a, mix(a, b, split - 0.02), mix(d, c, split - 0.02), d],
              [mix(a, b, split + 0.02), b, c, mix(d, c, split + 0.02)],
            ]
          : [
              [a, b, mix(b, c, split - 0.02), mix(a, d, split - 0.02)],
              [mix(a, d, split + 0.02), mix(b, c, split + 0.02), c, d],
            ];
      for (const half of halves) {
        const pick = random() * 1.2 + central * 0.11;
        const kind = pick < 0.5 ? 'shops' : pick < 0.95 ? 'jobs' : 'homes';
        features.push(polygon(kind, { zh: '', en: '' }, half));
      }
    }
  }
  return features;
}

/** The features of `GET /api/v1/places`. */
export function places(city, random) {
  const extent = [(city.cols * 350) / 2 + 200, (city.rows * 330) / 2 + 200];
  const features = [river(-extent[1] - 1500, extent[1] + 1500), ...blocks(city, random)];
  DISTRICTS.forEach(([zh, en], k) => {
    const [w, e] = k % 2 === 0 ? [-extent[0], 620] : [620, extent[0]];
    const [s, n] = k < 2 ? [-extent[1], 0] : [0, extent[1]];
    features.push(
      polygon('district', { zh, en }, [
        [w, s],
        [e, s],
        [e, n],
        [w, n],
      ]),
    );
  });
  for (const road of city.roads.filter((r) => r.bridge)) {
    features.push({
      type: 'Feature',
      properties: {
        kind: 'bridge',
        name: { zh: `${road.label.zh}大桥`, en: `${road.label.en} Bridge` },
      },
      geometry: { type: 'LineString', coordinates: road.points.map(toLonLat) },
    });
  }
  for (const [kind, zh, en, i, j] of POINTS) {
    const [x, y] = city.junctions[j * city.cols + i].point;
    features.push({
      type: 'Feature',
      properties: { kind, name: { zh, en } },
      geometry: { type: 'Point', coordinates: toLonLat([x + 90, y + 80]) },
    });
  }
  return { type: 'FeatureCollection', features };
}
