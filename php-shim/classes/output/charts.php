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

use mod_lticontainer\local\chart_filter;
use mod_lticontainer\local\page;
use renderable;
use renderer_base;
use templatable;

/**
 * Charts with the form that chooses what they show: one, or several small ones.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class charts implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var page The page. */
        private readonly page $page,
        /** @var chart_filter What was chosen. */
        private readonly chart_filter $filter,
        /** @var filters The form. */
        private readonly filters $form,
        /** @var chart[] The charts; none where the service did not send any. */
        private readonly array $charts,
        /** @var int Pages of the one chart; 0: there are several charts. */
        private readonly int $pages,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $isone = $this->page->tab->value === 'charts';
        return [
            'filters' => $this->form->export_for_template($output),
            'kinds' => $isone ? $this->kinds() : [],
            'width' => $isone ? 'col-12' : 'col-12 col-lg-6',
            'charts' => array_map(fn(chart $chart) => [
                'title' => $chart->title(),
                'isempty' => $chart->is_empty(),
                'chart' => $chart->is_empty() ? '' : $output->render($chart->made()),
            ], $this->charts),
            'paging' => $this->paging($output),
        ];
    }

    /**
     * Returns the charts that can be chosen.
     *
     * @return array[]
     */
    private function kinds(): array {
        return array_map(fn(string $kind) => [
            'name' => get_string("chart_$kind", 'mod_lticontainer'),
            'url' => $this->page->tab->url($this->page->instance, $this->filter->params(['chart' => $kind]))->out(false),
            'isactive' => $kind === $this->filter->chart,
        ], chart_filter::CHARTS);
    }

    /**
     * Returns the bar that leads to other pages of a chart.
     *
     * @param renderer_base $output The renderer.
     * @return string HTML
     */
    private function paging(renderer_base $output): string {
        if ($this->pages < 2) {
            return '';
        }
        $url = $this->page->tab->url($this->page->instance, $this->filter->params());
        return $output->paging_bar($this->pages, $this->filter->page - 1, 1, $url);
    }
}
