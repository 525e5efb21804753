/** A toy city for developing the command centre without the server: streets, signals, places. */
import { at, CENTER, offsetRight, polylineLength, toLonLat, trim, turnPath } from './geometry.mjs';
import { places } from './places.mjs';
import { generator } from './random.mjs';

const LANE_M = 3.5;
const LANES = { expressway: 4, arterial: 3, collector: 2, local: 1 };
const LIMIT = { expressway: 22.2, arterial: 16.7, collector: 13.9, local: 8.3 };
const NAMES = [
  ['解放', 'Jiefang'],
  ['延安', 'Yanan'],
  ['庆春', 'Qingchun'],
  ['凤起', 'Fengqi'],
  ['体育场', 'Tiyuchang'],
  ['文晖', 'Wenhui'],
  ['中河', 'Zhonghe'],
  ['建国', 'Jianguo'],
  ['环城', 'Huancheng'],
  ['望江', 'Wangjiang'],
  ['清泰', 'Qingtai'],
  ['西湖', 'Xihu'],
  ['秋涛', 'Qiutao'],
  ['新塘', 'Xintang'],
  ['凯旋', 'Kaixuan'],
  ['富春', 'Fuchun'],
  ['江锦', 'Jiangjin'],
  ['民心', 'Minxin'],
  ['之江', 'Zhijiang'],
  ['机场', 'Jichang'],
  ['天目', 'Tianmu'],
  ['德胜', 'Desheng'],
  ['艮山', 'Genshan'],
  ['东新', 'Dongxin'],
];
export const riverX = (y) => 620 + 260 * Math.sin(y / 1100) + 90 * Math.sin(y / 430);
export const RIVER_HALF_M = 95;

function rank(i) {
  if (i % 4 === 2) return 'arterial';
  return i % 2 === 0 ? 'collector' : 'local';
}

function gridJunctions(cols, rows, random) {
  const junctions = [];
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < cols; i += 1) {
      const jitter = i % 4 === 2 || j % 4 === 2 ? 30 : 75;
      let x = (i - (cols - 1) / 2) * 350 + (random() - 0.5) * 2 * jitter + 40 * Math.sin(j * 0.9);
      const y =
        (j - (rows - 1) / 2) * 330 + (random() - 0.5) * 2 * jitter + 55 * Math.sin(i * 0.55);
      const toRiver = x - riverX(y);
      if (Math.abs(toRiver) < RIVER_HALF_M + 45) {
        x = riverX(y) + Math.sign(toRiver || 1) * (RIVER_HALF_M + 45);
      }
      junctions.push({ id: junctions.length, i, j, point: [x, y], incoming: [], outgoing: [] });
    }
  }
  return junctions;
}

function crossesRiver(a, b) {
  return a[0] < riverX(a[1]) !== b[0] < riverX(b[1]);
}

function streetClass(a, b, rows) {
  const along = a.j === b.j ? a.j : a.i;
  if (a.j === b.j && a.j === rows - 1) return 'expressway';
  return rank(along);
}

function addStreet(city, a, b, roadClass) {
  const axis = a.j === b.j ? a.j : a.i + 11;
  const [zh, en] = NAMES[axis % NAMES.length];
  const suffix = a.j === b.j ? ['路', 'Road'] : ['街', 'Street'];
  const label = { zh: `${zh}${suffix[0]}`, en: `${en} ${suffix[1]}` };
  const bend = 14 * Math.sin(a.id * 1.7);
  const mid = [(a.point[0] + b.point[0]) / 2, (a.point[1] + b.point[1]) / 2];
  const straight = [a.point, b.point];
  const nudged = offsetRight([a.point, mid, b.point], bend)[1];
  const shape = [straight[0], nudged, straight[1]];
  for (const [from, to, points] of [
    [a, b, shape],
    [b, a, [...shape].reverse()],
  ]) {
    const id = city.roads.length;
    const lanes = [];
    const trimmed = trim(points, 17, 17);
    for (let index = 0; index < LANES[roadClass]; index += 1) {
      const lane = { id: city.lanes.length, road: id, index, width_m: LANE_M };
      lane.points = offsetRight(trimmed, (index + 0.5) * LANE_M);
      lane.length = polylineLength(lane.points);
      city.lanes.push(lane);
      lanes.push(lane.id);
    }
    city.roads.push({
      id,
      name: `road_${from.id}_${to.id}`,
      label,
      class: roadClass,
      from: from.id,
      to: to.id,
      length_m: polylineLength(trimmed),
      speed_limit_mps: LIMIT[roadClass],
      lanes,
      points,
      bridge: crossesRiver(from.point, to.point),
    });
    from.outgoing.push(id);
    to.incoming.push(id);
  }
}

function turnOf(from, to) {
  const a = at(from.points, polylineLength(from.points)).heading;
  const b = at(to.points, 0).heading;
  const angle = ((b - a + 540) % 360) - 180;
  if (Math.abs(angle) < 40) return 'straight';
  return angle > 0 ? 'right' : 'left';
}

function movementsOf(city, junction) {
  const movements = [];
  for (const f of junction.incoming) {
    for (const t of junction.outgoing) {
      const [from, to] = [city.roads[f], city.roads[t]];
      if (to.to === from.from) continue;
      const turn = turnOf(from, to);
      const pick = turn === 'left' ? 0 : from.lanes.length - 1;
      const lane = city.lanes[from.lanes[turn === 'straight' ? Math.floor(pick / 2) : pick]];
      const out = city.lanes[to.lanes[turn === 'left' ? 0 : to.lanes.length - 1]];
      const points = turnPath(lane.points.at(-1), out.points[0], junction.point);
      const heading = at(from.points, polylineLength(from.points)).heading;
      const vertical = Math.abs(Math.cos((heading * Math.PI) / 180)) > 0.7;
      movements.push({ from: f, to: t, turn, points, vertical });
    }
  }
  return movements;
}

function signalOf(city, junction) {
  const movements = movementsOf(city, junction);
  const groups = [];
  const stages = [];
  for (const vertical of [true, false]) {
    for (const left of [false, true]) {
      const mine = movements.filter((m) => m.vertical === vertical && (m.turn === 'left') === left);
      if (mine.length === 0) continue;
      stages.push({ name: 'ABCD'[stages.length], green: [groups.length] });
      groups.push({ name: String(groups.length + 1), kind: 'vehicle', movements: mine });
    }
  }
  junction.groups = groups;
  junction.stages = stages;
  junction.plans = [
    { name: 'am-peak', cycle_s: 30 * stages.length, offset_s: (junction.i * 17) % 60 },
    { name: 'off-peak', cycle_s: 22 * stages.length, offset_s: (junction.i * 11) % 44 },
  ];
}

/** The whole toy city, in plane metres. */
export function buildCity(seed = 7, cols = 15, rows = 11) {
  const random = generator(seed);
  const city = { seed, cols, rows, roads: [], lanes: [], detectors: [] };
  city.junctions = gridJunctions(cols, rows, random);
  const node = (i, j) => city.junctions[j * cols + i];
  for (let j = 0; j < rows; j += 1) {
    for (let i = 0; i < cols; i += 1) {
      for (const [di, dj] of [
        [1, 0],
        [0, 1],
      ]) {
        if (i + di >= cols || j + dj >= rows) continue;
        const [a, b] = [node(i, j), node(i + di, j + dj)];
        const roadClass = streetClass(a, b, rows);
        const main = roadClass === 'arterial' || roadClass === 'expressway';
        if (crossesRiver(a.point, b.point) && !main) continue;
        if (roadClass === 'local' && random() < 0.22) continue;
        addStreet(city, a, b, roadClass);
      }
    }
  }
  for (const junction of city.junctions) {
    signalOf(city, junction);
    const road = city.roads[junction.outgoing[0]];
    const other = junction.outgoing
      .map((r) => city.roads[r])
      .find((r) => r.label.en !== road?.label.en);
    junction.label = road && {
      zh: `${road.label.zh}${other ? `与${other.label.zh}` : ''}路口`,
      en: other ? `${road.label.en} and ${other.label.en}` : road.label.en,
    };
    junction.kind =
      junction.incoming.length > 2 && junction.stages.length > 1 ? 'signalized' : 'priority';
  }
  for (const lane of city.lanes) {
    const position_m = lane.length - 3;
    city.detectors.push({
      id: lane.id,
      lane: lane.id,
      position_m,
      kind: 'stop_line',
      point: at(lane.points, position_m).point,
    });
  }
  city.places = places(city, random);
  return city;
}

/** The body of `GET /api/v1/network`. */
export function networkBody(city) {
  const shape = (points) => points.map(toLonLat);
  const lonlat = (point) => ({ lon: toLonLat(point)[0], lat: toLonLat(point)[1] });
  return {
    version: 1,
    roads: city.roads.map(({ points, bridge, ...road }) => ({ ...road, shape: shape(points) })),
    lanes: city.lanes.map(({ points, length, ...lane }) => ({ ...lane, shape: shape(points) })),
    junctions: city.junctions
      .filter((j) => j.label)
      .map((j) => ({
        id: j.id,
        name: `j${j.id}`,
        label: j.label,
        ...lonlat(j.point),
        radius_m: 15,
        kind: j.kind,
        district: null,
        groups: j.groups.map((g) => ({
          ...g,
          movements: g.movements.map(({ points, vertical, ...m }) => ({
            ...m,
            shape: shape(points),
          })),
        })),
        stages: j.stages,
        plans: j.plans,
      })),
    detectors: city.detectors.map(({ point, ...d }) => ({ ...d, ...lonlat(point) })),
  };
}

/** The body of `GET /api/v1/city`. */
export function cityBody(city, mode) {
  const points = city.junctions.map((j) => toLonLat(j.point));
  const [lons, lats] = [points.map((p) => p[0]), points.map((p) => p[1])];
  return {
    name: { zh: '临江市(样板)', en: 'Linjiang (mock)' },
    time_zone: 'Asia/Shanghai',
    mode,
    center: CENTER,
    bounds: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
    seed: city.seed,
    counts: {
      junctions: city.junctions.length,
      signals: city.junctions.filter((j) => j.kind === 'signalized').length,
      roads: city.roads.length,
      lanes: city.lanes.length,
      detectors: city.detectors.length,
    },
    assumptions: [
      {
        zh: '路网未说明时车道宽 3.5 米',
        en: 'lane width 3.5 m where the network gives none',
      },
    ],
    base_map: null,
  };
}
