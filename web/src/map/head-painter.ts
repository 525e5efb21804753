/** Draws a stop bar per signal head and, while it is green or amber, the path of its movement. */
import { AMBER, DARK, GREEN, RED } from '../frame/heads';
import { describe, fillBytes, Program, TABLE_WIDTH, table, type View } from './gl';
import { BAR_FLOATS, type Heads } from './overlay-terms';
import { type OverlayColors, shares } from './palette';
import { RibbonPainter } from './ribbon-painter';
import { pixelsPerMeter, pixelsPerUnit } from './scale';

const VERTEX = `
uniform mat4 u_matrix;
uniform float u_px_per_unit, u_px_per_m;
uniform highp usampler2D u_values;
uniform vec3 u_colors[4];
in vec4 a_bar;
in float a_width;
out vec2 v_at;
flat out vec2 v_half;
flat out vec3 v_color;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  int i = gl_InstanceID;
  uint value = texelFetch(u_values, ivec2(i % ${TABLE_WIDTH}, i / ${TABLE_WIDTH}), 0).r;
  v_color = u_colors[min(int(value), 3)];
  vec2 forward = a_bar.zw;
  vec2 right = vec2(-forward.y, forward.x);
  v_half = max(vec2(0.55, a_width * 0.5) * u_px_per_m, vec2(1.0, 1.5));
  vec2 grown = v_half + 0.7;
  v_at = corner * grown;
  vec2 px = forward * (v_at.x - v_half.x) + right * v_at.y;
  gl_Position = u_matrix * vec4(a_bar.xy + px / u_px_per_unit, 0.0, 1.0);
}`;

const FRAGMENT = `
uniform float u_alpha;
in vec2 v_at;
flat in vec2 v_half;
flat in vec3 v_color;
out vec4 color;
void main() {
  vec2 d = abs(v_at) - v_half;
  float alpha = clamp(0.5 - max(d.x, d.y), 0.0, 1.0) * u_alpha;
  color = vec4(v_color * alpha, alpha);
}`;

export class HeadPainter {
  private readonly program: Program;
  private readonly shape: WebGLVertexArrayObject;
  private readonly buffer: WebGLBuffer;
  private readonly values: WebGLTexture;
  private readonly paths: RibbonPainter;
  private count = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.program = new Program(gl, VERTEX, FRAGMENT);
    this.shape = gl.createVertexArray();
    this.buffer = gl.createBuffer();
    this.values = table(gl);
    this.paths = new RibbonPainter(gl);
    fillBytes(gl, this.values, new Uint8Array([DARK]));
  }

  setHeads({ bars, paths }: Heads): void {
    const { gl } = this;
    this.count = bars.length / BAR_FLOATS;
    gl.bindVertexArray(this.shape);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, bars, gl.STATIC_DRAW);
    const fields = [
      { name: 'a_bar', size: 4, offset: 0 },
      { name: 'a_width', size: 1, offset: 16 },
    ];
    describe(gl, this.program, BAR_FLOATS * 4, fields, 1);
    gl.bindVertexArray(null);
    this.paths.setMesh(paths);
    this.setAspects(new Uint8Array(this.count).fill(DARK));
  }

  setAspects(aspects: Uint8Array): void {
    if (aspects.length !== this.count) return;
    fillBytes(this.gl, this.values, aspects);
    this.paths.setValues(aspects);
  }

  setColors({ stop, amber, go, dark }: OverlayColors): void {
    const { gl, program } = this;
    program.use();
    const paints = new Float32Array(4 * 3);
    paints.set(shares(stop), RED * 3);
    paints.set(shares(amber), AMBER * 3);
    paints.set(shares(go), GREEN * 3);
    paints.set(shares(dark), DARK * 3);
    gl.uniform3fv(program.at('u_colors'), paints);
    const ramp = new Uint8Array(256 * 4);
    ramp.set([...go, 205], GREEN * 4);
    ramp.set([...amber, 205], AMBER * 4);
    this.paths.setRamp(ramp);
  }

  draw(view: View, alpha: number, pathAlpha: number): void {
    if (this.count === 0) return;
    const { gl, program } = this;
    if (pathAlpha > 0) this.paths.draw(view, { alpha: pathAlpha, thin: 1, grow: 1 });
    program.use();
    gl.uniformMatrix4fv(program.at('u_matrix'), false, view.matrix);
    gl.uniform1f(program.at('u_px_per_unit'), pixelsPerUnit(view.zoom));
    gl.uniform1f(program.at('u_px_per_m'), pixelsPerMeter(view.zoom, view.lat));
    gl.uniform1f(program.at('u_alpha'), alpha);
    gl.uniform1i(program.at('u_values'), 0);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.values);
    gl.bindVertexArray(this.shape);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.count);
    gl.bindVertexArray(null);
  }
}
