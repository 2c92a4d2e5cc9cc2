<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\output;

use core\chart_axis;
use core\chart_bar;
use core\chart_base;
use core\chart_line;
use core\chart_pie;
use core\chart_series;
use mod_lticontainer\local\answer;
use mod_lticontainer\local\people;

/**
 * A chart of the service -> one of Moodle's.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class chart {
    /** @var string[] Colours of OK and ERROR; those who can't tell them apart have the words beside them. */
    private const COLOURS = ['#2f7d4f', '#c0392b'];

    /** @var int How many steps an axis has, more or less. */
    private const STEPS = 8;

    /** @var int What the service sends for a gap. */
    private const GAP = -1;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var answer A chart, as get_chart returns it. */
        private readonly answer $chart,
        /** @var people Who has which name. */
        private readonly people $people,
    ) {
    }

    /**
     * Returns the title.
     *
     * @return string Plain text.
     */
    public function title(): string {
        return $this->chart->text('title');
    }

    /**
     * Tells whether there is nothing to draw.
     *
     * @return bool
     */
    public function is_empty(): bool {
        $values = array_merge([], ...array_map(fn($one) => $one->numbers('values'), $this->chart->rows('series')));
        return !$this->chart->texts('labels') || !array_filter($values, fn(int $value) => $value > 0);
    }

    /**
     * Returns Moodle's chart.
     *
     * @return chart_base
     */
    public function made(): chart_base {
        $chart = match ($this->chart->text('chart')) {
            'total_pie' => $this->pie(),
            'codecell_line' => $this->line(),
            default => $this->bars(),
        };
        $chart->set_labels($this->labels());
        if (!$chart instanceof chart_pie) {
            $this->scale($chart->get_yaxis(0, true));
        }
        return $chart;
    }

    /**
     * Has an axis begin at nought, and show no halves: there are no half runs.
     *
     * @param chart_axis $axis The axis.
     */
    private function scale(chart_axis $axis): void {
        $values = array_map(fn(answer $one) => max([0, ...$one->numbers('values')]), $this->chart->rows('series'));
        $isline = $this->chart->text('chart') === 'codecell_line';
        $highest = $isline ? max([0, ...$values]) : array_sum($values);
        $axis->set_min(0);
        $axis->set_stepsize(max(1, (int) ceil($highest / self::STEPS)));
    }

    /**
     * Returns the chart of all runs.
     *
     * @return chart_pie
     */
    private function pie(): chart_pie {
        $chart = new chart_pie();
        $chart->set_doughnut(true);
        foreach ($this->chart->rows('series') as $row) {
            $series = new chart_series(self::safe($row->text('name')), $row->numbers('values'));
            $series->set_colors(self::COLOURS);
            $chart->add_series($series);
        }
        return $chart;
    }

    /**
     * Returns a chart with OK and ERROR on top of each other.
     *
     * @return chart_bar
     */
    private function bars(): chart_bar {
        $chart = new chart_bar();
        $chart->set_stacked(true);
        foreach ($this->chart->rows('series') as $number => $row) {
            $series = new chart_series(self::safe($row->text('name')), $row->numbers('values'));
            $series->set_color(self::COLOURS[$number] ?? null);
            $chart->add_series($series);
        }
        return $chart;
    }

    /**
     * Returns the chart with a line for each user.
     *
     * @return chart_line
     */
    private function line(): chart_line {
        $chart = new chart_line();
        foreach ($this->chart->rows('series') as $row) {
            $values = array_map(fn(int $value) => $value === self::GAP ? null : $value, $row->numbers('values'));
            $chart->add_series(new chart_series(self::safe($this->people->name($row->text('name'))), $values));
        }
        return $chart;
    }

    /**
     * Returns the labels; user names become names.
     *
     * @return string[]
     */
    private function labels(): array {
        $labels = $this->chart->texts('labels');
        if ($this->chart->text('chart') === 'users_bar') {
            $labels = array_map($this->people->name(...), $labels);
        }
        return array_map(self::safe(...), $labels);
    }

    /**
     * Returns a text that may stand in a script: Moodle writes charts into one, where "<!--" and "<script" would end the
     * page. Names come from kernels, which report anything.
     *
     * @param string $text Plain text.
     * @return string
     */
    private static function safe(string $text): string {
        return str_replace('<', '‹', $text);
    }
}
