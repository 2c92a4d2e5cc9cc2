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

namespace mod_lticontainer\local;

use stdClass;

/**
 * Which cell runs the reader of dashboard, charts or progress wants to see.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class chart_filter {
    /** @var string[] The charts of the service. */
    public const CHARTS = ['total_pie', 'users_bar', 'codecell_bar', 'codecell_line'];

    /** @var int Longest period in seconds that the service takes: ten years. */
    private const LONGEST = 10 * 365 * DAYSECS;

    /** @var string[] Lengths of periods: settings of the instance. */
    private const PERIODS = ['during_realtime', 'during_anytime'];

    /** @var string[] Sizes of charts: settings of the instance. */
    private const SIZES = ['chart_bar_usernum', 'chart_bar_codenum', 'chart_line_usernum', 'chart_line_interval'];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var stdClass Row of lticontainer. */
        private readonly stdClass $record,
        /** @var string One of the charts. */
        public readonly string $chart,
        /** @var string real or any. */
        public readonly string $period,
        /** @var string Beginning of the period any, as it was typed; may be empty. */
        public readonly string $start,
        /** @var string Its end. */
        public readonly string $end,
        /** @var string A user name; empty: all. */
        public readonly string $user,
        /** @var string A notebook; empty: all. */
        public readonly string $file,
        /** @var int An LTI activity; 0: all. */
        public readonly int $lti,
        /** @var int From 1. */
        public readonly int $page,
    ) {
    }

    /**
     * Reads the request.
     *
     * @param stdClass $record Row of lticontainer.
     * @return self
     */
    public static function from_request(stdClass $record): self {
        $chart = optional_param('chart', '', PARAM_ALPHAEXT);
        return new self(
            $record,
            in_array($chart, self::CHARTS, true) ? $chart : self::CHARTS[0],
            optional_param('period', '', PARAM_ALPHA) === 'any' ? 'any' : 'real',
            optional_param('start', '', PARAM_NOTAGS),
            optional_param('end', '', PARAM_NOTAGS),
            optional_param('user', '', PARAM_RAW_TRIMMED),
            optional_param('file', '', PARAM_RAW_TRIMMED),
            max(0, optional_param('lti', 0, PARAM_INT)),
            max(0, optional_param('page', 0, PARAM_INT)) + 1,
        );
    }

    /**
     * Returns the call for one chart.
     *
     * @return command
     */
    public function chart_call(): command {
        $which = ['chart' => $this->chart, 'period' => $this->period, 'page' => $this->page];
        return command::call('get_chart', $which + $this->chosen() + $this->limits() + $this->settings(self::SIZES));
    }

    /**
     * Returns the call for all charts.
     *
     * @return command
     */
    public function dashboard_call(): command {
        return command::call('get_dashboard', $this->chosen() + $this->limits() + $this->settings(self::SIZES));
    }

    /**
     * Returns the call for what the form offers.
     *
     * @return command
     */
    public function filters_call(): command {
        $limits = $this->limits();
        unset($limits['lang']);
        return command::call('get_filters', ['period' => $this->period] + $this->base() + $limits);
    }

    /**
     * Returns the call for the notebooks that progress offers: all that the service has seen within ten years.
     *
     * @return command
     */
    public function files_call(): command {
        return command::call('get_filters', ['period' => 'any', 'during_anytime' => self::LONGEST] + $this->base());
    }

    /**
     * Returns the call for the matrix of progress.
     *
     * @param string[] $roster User names of the students.
     * @return command
     */
    public function progress_call(array $roster): command {
        $chosen = array_diff_key($this->chosen(), ['username' => 0]);
        return command::call('get_progress', $chosen + ['zone' => self::zone(), 'roster' => $roster]);
    }

    /**
     * Returns what stands in the address of a page.
     *
     * @param array $other What is different.
     * @return array
     */
    public function params(array $other = []): array {
        $own = [
            'chart' => $this->chart, 'period' => $this->period, 'start' => $this->start, 'end' => $this->end,
            'user' => $this->user, 'file' => $this->file, 'lti' => $this->lti ?: '',
        ];
        return array_filter($other + $own, fn($value) => (string) $value !== '');
    }

    /**
     * Returns the course and the instance.
     *
     * @return array
     */
    private function base(): array {
        return ['course_id' => (int) $this->record->course, 'inst_id' => (int) $this->record->id];
    }

    /**
     * Returns what was chosen.
     *
     * @return array
     */
    private function chosen(): array {
        $lti = $this->lti ? [$this->lti] : [];
        return $this->base() + ['username' => $this->user, 'filename' => $this->file, 'lti_ids' => $lti];
    }

    /**
     * Returns the period.
     *
     * @return array
     */
    private function limits(): array {
        $typed = ['start' => $this->start, 'end' => $this->end, 'zone' => self::zone(), 'lang' => answer::language()];
        return $typed + $this->settings(self::PERIODS);
    }

    /**
     * Returns settings of the instance.
     *
     * @param string[] $names Their names.
     * @return int[] By name.
     */
    private function settings(array $names): array {
        return array_combine($names, array_map(fn(string $name) => max(1, (int) $this->record->$name), $names));
    }

    /**
     * Returns the time zone of the reader.
     *
     * @return string
     */
    private static function zone(): string {
        return \core_date::get_user_timezone();
    }
}
