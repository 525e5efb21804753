/** Icons of places and events, as paths on a 24 by 24 grid; one drawing for map, list and legend. */

/** Places one looks for, those that matter in an emergency first: each has an icon of its name. */
export const PLACE_KINDS = [
  'hospital',
  'ambulance_station',
  'fire_station',
  'care_home',
  'school',
  'shops',
  'park',
];

export const ICONS: Record<string, string> = {
  hospital: 'M10 3h4v7h7v4h-7v7h-4v-7H3v-4h7z',
  ambulance_station:
    'M11 2h2v7.3l6.3-3.7 1 1.8L14 11v2l6.3 3.6-1 1.8-6.3-3.7V22h-2v-7.3l-6.3 3.7-1-1.8L10 13v-2L3.7 7.4l1-1.8L11 9.3z',
  fire_station: 'M12 2c1 4 6 6 6 12a6 6 0 0 1-12 0c0-3 2-4 2-7 2 1 2.5 2 3 4 1-2 2-5 1-9z',
  // A house around a heart.
  care_home:
    'M12 2.5 1.5 11.5H5V21h14v-9.5h3.5zM12 18.5l-4.2-4.2a2.6 2.6 0 0 1 3.7-3.7l.5.5.5-.5a2.6 2.6 0 0 1 3.7 3.7z',
  school: 'M12 4 1 9l11 5 9-4.1V17h2V9zM5 13.5V18c2 2 12 2 14 0v-4.5l-7 3.2z',
  shops: 'M5 8h14l1 13H4zM8 8a4 4 0 0 1 8 0h-2a2 2 0 0 0-4 0z',
  park: 'M12 2a6 6 0 0 1 5 9 5 5 0 0 1-3.5 7H13v4h-2v-4h-.5A5 5 0 0 1 7 11a6 6 0 0 1 5-9z',
  queue: 'M3 6h18v3H3zm0 5h18v3H3zm0 5h18v3H3z',
  spillback: 'M4 4h6v6H4zm10 0h6v6h-6zM4 14h6v6H4zm13 0 4 4-4 4v-3h-4v-2h4z',
  flow_breakdown: 'M3 5h3l5 9 4-5 6 8v3h-2l-4.5-6-4 5L4 9H3z',
  blocked_lane: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM6 10.5v3h12v-3z',
  closure: 'M2 8h20v7H2zm3 7h3v6H5zm11 0h3v6h-3z',
  emergency_call: 'M10 3h4v7h7v4h-7v7h-4v-7H3v-4h7z',
  gridlock: 'M3 3h8v3H6v5H3zm18 0v8h-3V6h-5V3zM3 21v-8h3v5h5v3zm18 0h-8v-3h5v-5h3z',
  detector_fault:
    'M12 3a9 9 0 0 1 9 9h-3a6 6 0 0 0-6-6zM3 12a9 9 0 0 0 9 9v-3a6 6 0 0 1-6-6zm9-2 2 2-2 2-2-2z',
  proposal: 'M12 2a7 7 0 0 1 4 12.7V17H8v-2.3A7 7 0 0 1 12 2zM8 19h8v2H8z',
  signal:
    'M8 2h8v20H8zm4 2.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm0 5.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4zm0 5.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  ambulance:
    'M2 6h12v4h4l4 4v4h-2a2.5 2.5 0 0 1-5 0H9a2.5 2.5 0 0 1-5 0H2zm5 1.5v2H5v2h2v2h2v-2h2v-2H9v-2z',
  pause: 'M6 4h4v16H6zm8 0h4v16h-4z',
  play: 'M6 4l14 8-14 8z',
  now: 'M4 4l10 8-10 8zm12 0h4v16h-4z',
  close:
    'M5.6 4.2 12 10.6l6.4-6.4 1.4 1.4L13.4 12l6.4 6.4-1.4 1.4L12 13.4l-6.4 6.4-1.4-1.4L10.6 12 4.2 5.6z',
  table: 'M3 4h18v16H3zm2 5v3h5V9zm7 0v3h7V9zm-7 5v4h5v-4zm7 0v4h7v-4z',
  journal:
    'M5 3h13a1 1 0 0 1 1 1v17H6a2 2 0 0 1-2-2V5a2 2 0 0 1 1-2zm3 4v2h8V7zm0 4v2h8v-2zm0 4v2h5v-2z',
  accuracy:
    'M11 2h2v3.1A7 7 0 0 1 18.9 11H22v2h-3.1A7 7 0 0 1 13 18.9V22h-2v-3.1A7 7 0 0 1 5.1 13H2v-2h3.1A7 7 0 0 1 11 5.1zm1 5a5 5 0 1 0 0 10 5 5 0 0 0 0-10zm0 3.5a1.5 1.5 0 1 1 0 3 1.5 1.5 0 0 1 0-3z',
  trend: 'M3 3h2v16h16v2H3zm16.5 3 1.5 1.5-6.5 7-4-3.5-4 4.5L5 14l5.4-6 4 3.5z',
  help: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm-1 13.5v2.5h2v-2.5zM8 9.5h2c0-3 4-2.5 4-.5 0 1.5-3 2-3 5h2c0-2 3-2.5 3-5 0-5-8-4.5-8 .5z',
  theme: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm0 2v16a8 8 0 0 0 0-16z',
  layers: 'M12 3 2 9l10 6 10-6zM4.5 13 2 14.5l10 6 10-6L19.5 13 12 17.5z',
  target: 'M11 2h2v4h-2zm0 16h2v4h-2zM2 11h4v2H2zm16 0h4v2h-4zM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  stop: 'M8 2h8l6 6v8l-6 6H8l-6-6V8zm-1 9v2h10v-2z',
  link: 'M12 18a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM4 11a11 11 0 0 1 16 0l-2 2a8 8 0 0 0-12 0zm4 4a6 6 0 0 1 8 0l-2 2a3 3 0 0 0-4 0z',
};

/** The icon `name` as an image of `color` for the drawn map, or `null` without a canvas. */
export function iconImage(name: string, color: string, ground: string): ImageData | null {
  const size = 40;
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const pen = canvas.getContext('2d');
  const path = ICONS[name];
  if (!pen || !path) return null;
  pen.fillStyle = ground;
  pen.beginPath();
  pen.arc(size / 2, size / 2, size / 2 - 1, 0, Math.PI * 2);
  pen.fill();
  pen.translate(8, 8);
  pen.fillStyle = color;
  pen.fill(new Path2D(path));
  return pen.getImageData(0, 0, size, size);
}
