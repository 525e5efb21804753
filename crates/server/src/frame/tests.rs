//! A decoder written from `docs/api.md` reads back what the encoder wrote.

use proptest::prelude::*;

use super::*;

/// Reads a frame as a client does.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.0.split_at(N);
        self.0 = rest;
        head.try_into().unwrap()
    }
    fn column<const N: usize, T>(&mut self, n: usize, read: impl Fn([u8; N]) -> T) -> Vec<T> {
        (0..n).map(|_| read(self.take())).collect()
    }
    fn leb128(&mut self) -> u32 {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let [byte] = self.take();
            value |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        value
    }
    fn head(&mut self) -> (u8, Head, usize) {
        assert_eq!(self.take(), *b"UB");
        let [version, kind] = self.take();
        assert_eq!(version, VERSION);
        let sequence = u32::from_le_bytes(self.take());
        let at = CityTime::from_millis(i64::from_le_bytes(self.take()));
        let n = u32::from_le_bytes(self.take()) as usize;
        let flags = u32::from_le_bytes(self.take());
        (kind, Head { sequence, at, scrubbed: flags & SCRUBBED != 0 }, n)
    }
}

fn decode_vehicles(bytes: &[u8]) -> (Head, Bounds, Vec<Drawn>) {
    let mut reader = Reader(bytes);
    let (kind, head, n) = reader.head();
    assert_eq!(kind, VEHICLES);
    let edges = reader.column(4, f64::from_le_bytes);
    let bounds = Bounds { west: edges[0], south: edges[1], east: edges[2], north: edges[3] };
    let x = reader.column(n, u16::from_le_bytes);
    let y = reader.column(n, u16::from_le_bytes);
    let heading = reader.column(n, |[byte]| byte);
    let look = reader.column(n, |[byte]| byte);
    let mut id = 0;
    let drawn = (0..n)
        .map(|i| {
            id += reader.leb128();
            Drawn {
                id,
                lon: bounds.west + f64::from(x[i]) / 65_535.0 * (bounds.east - bounds.west),
                lat: bounds.south + f64::from(y[i]) / 65_535.0 * (bounds.north - bounds.south),
                heading: heading[i],
                look: look[i],
            }
        })
        .collect();
    assert!(reader.0.is_empty(), "bytes left over");
    (head, bounds, drawn)
}

fn fleet() -> impl Strategy<Value = Vec<Drawn>> {
    let vehicle = (any::<u32>(), 119.9..120.3_f64, 30.1..30.4_f64, any::<u8>(), any::<u8>());
    proptest::collection::vec(vehicle, 0..200).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        rows.dedup_by_key(|row| row.0);
        rows.into_iter()
            .map(|(id, lon, lat, heading, look)| Drawn { id, lon, lat, heading, look })
            .collect()
    })
}

const HEAD: Head = Head { sequence: 7, at: CityTime::from_millis(-5), scrubbed: true };

proptest! {
    #[test]
    fn a_viewer_gets_exactly_the_vehicles_in_the_box(fleet in fleet()) {
        let bounds = Bounds { west: 120.0, south: 30.2, east: 120.2, north: 30.3 };
        let (head, box_, drawn) = decode_vehicles(&vehicles(HEAD, bounds, &fleet, |_| false));
        prop_assert_eq!(head, HEAD);
        prop_assert_eq!(box_, bounds);
        let inside: Vec<_> = fleet.iter().filter(|v| bounds.contains(v.lon, v.lat)).collect();
        prop_assert_eq!(drawn.len(), inside.len());
        for (got, sent) in drawn.iter().zip(inside) {
            prop_assert_eq!((got.id, got.heading, got.look), (sent.id, sent.heading, sent.look));
            prop_assert!((got.lon - sent.lon).abs() <= 0.2 / 65_535.0);
            prop_assert!((got.lat - sent.lat).abs() <= 0.1 / 65_535.0);
        }
    }

    #[test]
    fn roads_and_signals_read_back(
        rows in proptest::collection::vec((proptest::option::of(0.0..1.5_f32), any::<u16>()), 0..50),
        lights in proptest::collection::vec(
            (any::<u32>(), proptest::option::of(0..254_u8), any::<u64>(), any::<u64>()), 0..50),
    ) {
        let rows: Vec<RoadView> = rows
            .into_iter()
            .map(|(speed_ratio, queued)| RoadView { speed_ratio, queued, vehicles: queued })
            .collect();
        let bytes = roads(HEAD, &rows);
        let mut reader = Reader(&bytes);
        let (kind, _, n) = reader.head();
        prop_assert_eq!((kind, n), (ROADS, rows.len()));
        let speed = reader.column(n, |[byte]| byte);
        let queue = reader.column(n, |[byte]| byte);
        prop_assert!(reader.0.is_empty());
        for (i, row) in rows.iter().enumerate() {
            prop_assert_eq!(speed[i] == EMPTY_ROAD, row.speed_ratio.is_none());
            prop_assert_eq!(u16::from(queue[i]), row.queued.min(255));
        }

        let lights: Vec<Signal> =
            lights.into_iter().map(|l| (JunctionId(l.0), l.1.map(StageIdx), l.2, l.3)).collect();
        let bytes = signals(HEAD, &lights);
        let mut reader = Reader(&bytes);
        let (kind, _, n) = reader.head();
        prop_assert_eq!(kind, SIGNALS);
        let junction = reader.column(n, u32::from_le_bytes);
        let stage = reader.column(n, |[byte]| byte);
        let green = reader.column(n, u64::from_le_bytes);
        let amber = reader.column(n, u64::from_le_bytes);
        prop_assert!(reader.0.is_empty());
        prop_assert_eq!(n, lights.len());
        for (i, light) in lights.iter().enumerate() {
            prop_assert_eq!(junction[i], light.0.0);
            prop_assert_eq!(stage[i], light.1.map_or(BETWEEN_STAGES, |s| s.0));
            prop_assert_eq!((green[i], amber[i]), (light.2, light.3));
        }
    }
}

#[test]
fn golden_bytes_of_version_one() {
    let car =
        Drawn { id: 300, lon: 120.05, lat: 30.25, heading: 64, look: Drawn::look(4, true, 11.1) };
    let bounds = Bounds { west: 120.0, south: 30.0, east: 120.2, north: 30.5 };
    let bytes = vehicles(
        Head { sequence: 1, at: CityTime::from_millis(2), scrubbed: false },
        bounds,
        &[car],
        |_| false,
    );
    let mut expected = b"UB\x01\x01".to_vec();
    expected.extend_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    for edge in [120.0_f64, 30.0, 120.2, 30.5] {
        expected.extend_from_slice(&edge.to_le_bytes());
    }
    expected.extend_from_slice(&[0x00, 0x40, 0x00, 0x80, 64, 0b0110_1100, 0xac, 0x02]);
    assert_eq!(bytes, expected);
}

#[test]
fn golden_bytes_of_road_and_signal_frames_of_version_one() {
    let head = Head { sequence: 0x0102_0304, at: CityTime::from_millis(2), scrubbed: true };
    let head_bytes = |kind: u8, n: u8| {
        let mut bytes = vec![b'U', b'B', 1, kind, 4, 3, 2, 1, 2, 0, 0, 0, 0, 0, 0, 0];
        bytes.extend_from_slice(&[n, 0, 0, 0, 1, 0, 0, 0]);
        bytes
    };
    let road = |speed_ratio, queued| RoadView { speed_ratio, queued, vehicles: 400 };
    let bytes = roads(head, &[road(Some(0.5), 3), road(None, 0), road(Some(1.2), 300)]);
    let mut expected = head_bytes(2, 3);
    expected.extend_from_slice(&[127, 255, 254, 3, 0, 255]);
    assert_eq!(bytes, expected);

    let lights =
        [(JunctionId(258), Some(StageIdx(2)), 1 << 63 | 5, 2), (JunctionId(3), None, 0, 1)];
    let bytes = signals(head, &lights);
    let mut expected = head_bytes(3, 2);
    expected.extend_from_slice(&[2, 1, 0, 0, 3, 0, 0, 0]);
    expected.extend_from_slice(&[2, 255]);
    expected.extend_from_slice(&[5, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend_from_slice(&[2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bytes, expected);
}

#[test]
fn ten_thousand_vehicles_ten_times_a_second_are_under_a_megabyte() {
    let bounds = Bounds { west: 120.0, south: 30.0, east: 120.2, north: 30.2 };
    let fleet: Vec<Drawn> = (0..10_000)
        .map(|i| Drawn { id: i * 9, lon: 120.1, lat: 30.1, heading: 0, look: 0 })
        .collect();
    let frame = vehicles(HEAD, bounds, &fleet, |_| false).len();
    let road = RoadView { speed_ratio: Some(0.5), queued: 3, vehicles: 9 };
    let rest = roads(HEAD, &vec![road; 2_000]).len()
        + signals(HEAD, &vec![(JunctionId(0), None, 0, 0); 500]).len();
    assert!((frame + rest) * 10 < 1_000_000, "{frame} + {rest} bytes");
}

#[test]
fn a_heading_goes_once_around() {
    assert_eq!(Drawn::heading(0.0), 0);
    assert_eq!(Drawn::heading(std::f64::consts::FRAC_PI_2), 64);
    assert_eq!(Drawn::heading(-std::f64::consts::FRAC_PI_2), 192);
    assert_eq!(Drawn::heading(std::f64::consts::TAU - 1e-9), 0);
}

#[test]
fn a_box_without_an_inside_is_refused() {
    assert!(Bounds::checked([1.0, 1.0, 1.0, 2.0]).is_none());
    assert!(Bounds::checked([f64::NAN, 1.0, 2.0, 2.0]).is_none());
    assert!(Bounds::checked([0.0, 0.0, 1.0, 1.0]).is_some());
}
