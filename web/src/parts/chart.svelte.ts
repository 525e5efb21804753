/** The parts of ECharts that the sheets use, in the colors of the page; loaded with the sheets. */
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { token } from '../map/palette';

echarts.use([
  LineChart,
  ScatterChart,
  CustomChart,
  GridComponent,
  TooltipComponent,
  LegendComponent,
  SVGRenderer,
]);

export type ChartOption = echarts.EChartsCoreOption;

/** Axis style of the house, merged into each axis. */
export function axis(): Record<string, unknown> {
  const soft = token('ink-faint');
  return {
    axisLine: { lineStyle: { color: token('rule-strong') } },
    axisLabel: { color: soft },
    axisTick: { show: false },
    nameTextStyle: { color: soft },
    splitLine: { lineStyle: { color: token('rule') } },
  };
}

export function tooltip(): Record<string, unknown> {
  return {
    backgroundColor: token('panel-raised'),
    borderColor: token('rule'),
    textStyle: { color: token('ink'), fontSize: 12 },
  };
}

/** Keeps a chart of `option()` in an element and draws it again when what it reads changes. */
export function chart(option: () => ChartOption) {
  return (element: HTMLElement) => {
    const instance = echarts.init(element, null, { renderer: 'svg' });
    const fit = new ResizeObserver(() => instance.resize());
    fit.observe(element);
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    let drawn = false;
    $effect(() => {
      instance.setOption(
        {
          textStyle: { fontFamily: getComputedStyle(element).fontFamily },
          // What only moves on is not drawn in again.
          animation: !still && !drawn,
          animationDuration: 300,
          ...option(),
        },
        { notMerge: true },
      );
      drawn = true;
    });
    return () => {
      fit.disconnect();
      instance.dispose();
    };
  };
}
