/**
 * Draws every vehicle in one call; the graphics card slides and turns each between two frames.
 *
 * One buffer is uploaded per frame of the stream; a picture between two frames sets uniforms only.
 */
import { type Motion, STRIDE } from '../frame/motion';
import { describe, Program, type View } from './gl';
import { type OverlayColors, shares } from './palette';
import { pixelsPerMeter, pixelsPerUnit } from './scale';

const VERTEX = `
uniform mat4 u_matrix;
uniform float u_px_per_unit, u_px_per_m, u_t, u_blink;
uniform vec3 u_colors[5];
in vec4 a_move;
in vec4 a_state;
out vec2 v_at;
flat out vec4 v_color;
flat out vec3 v_shape;
const vec2 SIZE[5] = vec2[5](vec2(4.6, 1.9), vec2(9.0, 2.5), vec2(11.5, 2.6), vec2(1.9, 0.8), vec2(6.2, 2.3));
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  int look = int(a_state.z + 0.5);
  int kind = min(look & 7, 4);
  float t = a_state.w > 0.5 ? u_t : 1.0;
  vec2 center = mix(a_move.xy, a_move.zw, t);
  float turn = a_state.y - a_state.x;
  turn -= 256.0 * floor(turn / 256.0 + 0.5);
  float heading = (a_state.x + turn * t) * (6.28318530718 / 256.0);
  vec2 size = max(SIZE[kind] * u_px_per_m, kind == 3 ? vec2(2.2, 1.2) : vec2(3.4, 1.7));
  if (kind == 4) size = max(size, vec2(9.0, 5.0));
  vec2 forward = vec2(sin(heading), -cos(heading));
  vec2 right = vec2(-forward.y, forward.x);
  vec2 grown = size * 0.5 + 0.7;
  vec2 px = forward * corner.x * grown.x + right * corner.y * grown.y;
  bool siren = (look & 8) != 0;
  bool stopped = (look >> 4) == 0;
  v_color = vec4(u_colors[kind], siren ? 1.0 + u_blink : (stopped ? 0.5 : 0.0));
  v_at = corner * grown;
  v_shape = vec3(size * 0.5, u_px_per_m);
  gl_Position = u_matrix * vec4(center + px / u_px_per_unit, 0.0, 1.0);
}`;

const FRAGMENT = `
uniform vec3 u_brake, u_siren;
uniform float u_alpha;
in vec2 v_at;
flat in vec4 v_color;
flat in vec3 v_shape;
out vec4 color;
void main() {
  float round = min(v_shape.y * 0.6, 1.0 * v_shape.z);
  vec2 d = abs(v_at) - v_shape.xy + round;
  float outside = length(max(d, 0.0)) + min(max(d.x, d.y), 0.0) - round;
  float alpha = clamp(0.5 - outside, 0.0, 1.0) * u_alpha;
  vec3 paint = v_color.rgb;
  float along = v_at.x / v_shape.x;
  if (v_shape.x > 4.0 && along > 0.25 && along < 0.5) paint *= 0.62;
  if (v_color.a > 0.9) paint = mix(paint, u_siren, (v_color.a - 1.0) * step(0.0, along));
  else if (v_color.a > 0.4 && along < -0.62) paint = u_brake;
  color = vec4(paint * alpha, alpha);
}`;

const CLASSES = ['vehicle', 'truck', 'bus', 'bike', 'emergency'] as const;

export class VehiclePainter {
  private readonly program: Program;
  private readonly shape: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private count = 0;
  private room = 0;
  private arrivedMs = 0;
  private everyMs = 100;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.shape = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    gl.bindVertexArray(this.shape);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const fields = [
      { name: 'a_move', size: 4, offset: 0 },
      { name: 'a_state', size: 4, type: 'bytes' as const, offset: 16 },
    ];
    describe(gl, this.program, STRIDE, fields, 1);
    gl.bindVertexArray(null);
  }

  setColors(colors: OverlayColors): void {
    const { gl, program } = this;
    program.use();
    const paints = CLASSES.flatMap((name) => shares(colors[name]));
    gl.uniform3fv(program.at('u_colors'), new Float32Array(paints));
    gl.uniform3fv(program.at('u_brake'), shares(colors.brake));
    gl.uniform3fv(program.at('u_siren'), [1, 1, 1]);
  }

  setMotion(motion: Motion, nowMs: number): void {
    const { gl } = this;
    const gap = nowMs - this.arrivedMs;
    // Follows the pace of the stream without jumping at one late frame.
    if (gap < 1000) this.everyMs += (Math.max(40, gap) - this.everyMs) * 0.2;
    this.arrivedMs = nowMs;
    this.count = motion.count;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    const bytes = motion.instances.byteLength;
    if (bytes > this.room) {
      this.room = Math.ceil(bytes * 1.5);
      gl.bufferData(gl.ARRAY_BUFFER, this.room, gl.DYNAMIC_DRAW);
    }
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, motion.instances);
  }

  clear(): void {
    this.count = 0;
  }

  /** Whether vehicles are still sliding toward their last known place at `nowMs`. */
  moving(nowMs: number): boolean {
    return this.count > 0 && nowMs - this.arrivedMs < this.everyMs * 1.2;
  }

  draw(view: View, nowMs: number, still: boolean, alpha: number): void {
    if (this.count === 0) return;
    const { gl, program } = this;
    program.use();
    gl.uniformMatrix4fv(program.at('u_matrix'), false, view.matrix);
    gl.uniform1f(program.at('u_px_per_unit'), pixelsPerUnit(view.zoom));
    gl.uniform1f(program.at('u_px_per_m'), pixelsPerMeter(view.zoom, view.lat));
    const t = still ? 1 : Math.min(1, (nowMs - this.arrivedMs) / this.everyMs);
    gl.uniform1f(program.at('u_t'), t);
    gl.uniform1f(program.at('u_alpha'), alpha);
    gl.uniform1f(program.at('u_blink'), still ? 0 : Math.floor(nowMs / 350) % 2);
    gl.bindVertexArray(this.shape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.bindVertexArray(null);
  }
}
