/** Vehicles and signals of the mock city: followers that keep a gap and stop at red. */
import { at, polylineLength, toLonLat } from './geometry.mjs';
import { generator } from './random.mjs';

const SPACE_M = 7;
const AMBER_S = 3;

export class Traffic {
  constructor(city, count, seed = 11) {
    this.city = city;
    this.random = generator(seed);
    this.lanes = city.lanes.map(() => []);
    this.closed = new Set();
    this.seconds = 0;
    this.vehicles = [];
    this.exits = city.roads.map((road) => {
      const junction = city.junctions[road.to];
      return junction.groups.flatMap((group, g) =>
        group.movements
          .filter((m) => m.from === road.id)
          .map((m) => ({
            junction,
            group: g,
            road: m.to,
            turn: m.turn,
            path: m.points,
            length: polylineLength(m.points),
          })),
      );
    });
    this.signals = new Map(
      city.junctions.filter((j) => j.kind === 'signalized').map((j) => [j.id, this.newSignal(j)]),
    );
    this.fill(count);
  }

  newSignal(junction) {
    return {
      junction,
      stage: junction.id % junction.stages.length,
      since: -this.random() * 20,
      split: 18 + this.random() * 12,
      law: 'max_pressure',
      takenBy: null,
    };
  }

  fill(count) {
    const roads = this.city.roads.filter((r) => this.exits[r.id].length > 0);
    const weights = { expressway: 4, arterial: 3, collector: 1.3, local: 0.4 };
    let id = 0;
    for (let tries = 0; this.vehicles.length < count && tries < count * 40; tries += 1) {
      const road = roads[Math.floor(this.random() * roads.length)];
      if (this.random() * 4 > weights[road.class]) continue;
      const lane = road.lanes[Math.floor(this.random() * road.lanes.length)];
      const s = this.random() * this.city.lanes[lane].length;
      if (this.lanes[lane].some((v) => Math.abs(v.s - s) < SPACE_M)) continue;
      id += 1 + Math.floor(this.random() * 3);
      const roll = this.random();
      const kind = roll < 0.8 ? 0 : roll < 0.87 ? 1 : roll < 0.93 ? 2 : 3;
      const vehicle = { id, lane, s, v: 8, kind, exit: null, link: null };
      this.aim(vehicle);
      this.vehicles.push(vehicle);
      this.lanes[lane].push(vehicle);
    }
    for (const queue of this.lanes) queue.sort((a, b) => b.s - a.s);
  }

  aim(vehicle) {
    const exits = this.exits[this.city.lanes[vehicle.lane].road];
    const straight = exits.filter((e) => e.turn === 'straight');
    const pool = straight.length > 0 && this.random() < 0.65 ? straight : exits;
    vehicle.exit = pool[Math.floor(this.random() * pool.length)] ?? null;
  }

  aspect(signal, group) {
    if (!signal.junction.stages[signal.stage].green.includes(group)) return 'red';
    return this.seconds - signal.since > signal.split - AMBER_S ? 'amber' : 'green';
  }

  step(dt) {
    this.seconds += dt;
    for (const signal of this.signals.values()) {
      if (this.seconds - signal.since > signal.split) {
        signal.stage = (signal.stage + 1) % signal.junction.stages.length;
        signal.since = this.seconds;
        signal.split = 16 + this.random() * 16;
      }
    }
    this.lanes.forEach((queue, lane) => {
      this.stepLane(queue, lane, dt);
    });
    for (const vehicle of this.vehicles) if (vehicle.link) this.stepLink(vehicle, dt);
  }

  stepLane(queue, laneId, dt) {
    const lane = this.city.lanes[laneId];
    const limit = this.city.roads[lane.road].speed_limit_mps * (this.closed.has(laneId) ? 0.08 : 1);
    for (let k = 0; k < queue.length; k += 1) {
      const vehicle = queue[k];
      const room = k === 0 ? this.roomAhead(vehicle, lane) : queue[k - 1].s - SPACE_M - vehicle.s;
      const wanted = Math.min(limit, Math.max(0, room / 1.4));
      vehicle.v += Math.max(-4.5 * dt, Math.min(2 * dt, wanted - vehicle.v));
      vehicle.v = Math.max(0, Math.min(vehicle.v, room > 0 ? room / dt : 0));
      vehicle.s += vehicle.v * dt;
    }
    const first = queue[0];
    if (first && first.s >= lane.length - 0.6 && first.exit && this.mayGo(first)) {
      queue.shift();
      first.link = {
        path: first.exit.path,
        length: first.exit.length,
        s: 0,
        road: first.exit.road,
      };
      first.v = Math.max(first.v, 4);
    }
  }

  mayGo(vehicle) {
    const { junction, group, road } = vehicle.exit;
    const signal = this.signals.get(junction.id);
    if (signal && this.aspect(signal, group) === 'red') return false;
    const lane = this.entryLane(road);
    const queue = this.lanes[lane];
    return queue.length === 0 || queue.at(-1).s > SPACE_M * 2;
  }

  entryLane(road) {
    const lanes = this.city.roads[road].lanes;
    let best = lanes[0];
    for (const lane of lanes) if (this.lanes[lane].length < this.lanes[best].length) best = lane;
    return best;
  }

  roomAhead(vehicle, lane) {
    const left = lane.length - vehicle.s;
    return vehicle.exit && this.mayGo(vehicle) ? left + 30 : Math.max(0, left - 0.5);
  }

  stepLink(vehicle, dt) {
    vehicle.link.s += Math.max(5, vehicle.v) * dt;
    if (vehicle.link.s < vehicle.link.length) return;
    vehicle.lane = this.entryLane(vehicle.link.road);
    vehicle.link = null;
    vehicle.s = 0;
    this.lanes[vehicle.lane].push(vehicle);
    this.aim(vehicle);
  }

  /** Longitude, latitude and heading of a vehicle. */
  pose(vehicle) {
    const { point, heading } = vehicle.link
      ? at(vehicle.link.path, vehicle.link.s)
      : at(this.city.lanes[vehicle.lane].points, vehicle.s);
    const [lon, lat] = toLonLat(point);
    return { lon, lat, heading };
  }

  roadNumbers() {
    const roads = this.city.roads;
    const speed = new Uint8Array(roads.length).fill(255);
    const queue = new Uint8Array(roads.length);
    for (const road of roads) {
      const here = road.lanes.flatMap((lane) => this.lanes[lane]);
      if (here.length === 0) continue;
      const mean = here.reduce((sum, v) => sum + v.v, 0) / here.length;
      speed[road.id] = Math.min(254, Math.round((mean / road.speed_limit_mps) * 254));
      queue[road.id] = Math.min(255, here.filter((v) => v.v < 1.4).length);
    }
    return { speed, queue };
  }

  kpi(worse) {
    const count = this.vehicles.length;
    const mean = this.vehicles.reduce((sum, v) => sum + v.v, 0) / Math.max(1, count);
    const wave = 1 + 0.06 * Math.sin(this.seconds / 170);
    const queued = this.vehicles.filter((v) => v.v < 1.4).length;
    return {
      vehicles: Math.round(count * worse),
      waiting_to_enter: Math.round(14 * worse * wave),
      mean_speed_mps: mean / worse,
      mean_delay_s: 63 * worse ** 3 * wave,
      total_delay_veh_h: (this.seconds / 3600) * count * 0.4 * worse ** 2,
      stops_per_vehicle: 2.1 * worse * wave,
      finished: Math.round((this.seconds * 1.9) / worse),
      queue_veh: Math.round(queued * worse),
    };
  }
}
