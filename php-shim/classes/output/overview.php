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

use mod_lticontainer\local\activities;
use mod_lticontainer\local\activity;
use mod_lticontainer\local\answer;
use mod_lticontainer\local\instance;
use mod_lticontainer\local\people;
use mod_lticontainer\local\queue_state;
use renderable;
use renderer_base;
use templatable;

/**
 * The first page: how the instance is set up, and whether service and container host answer.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class overview implements renderable, templatable {
    /**
     * Constructor.
     */
    public function __construct(
        /** @var instance The instance. */
        private readonly instance $instance,
        /** @var activity[] The LTI activities of its course. */
        private readonly array $activities,
        /** @var answer|null What get_site_info says; null: it failed. */
        private readonly ?answer $service,
        /** @var answer|null What check_host says; null: it failed, or there is no host. */
        private readonly ?answer $host,
        /** @var string Address of the instance's form; empty for who may not change it. */
        private readonly string $settings,
        /** @var queue_state How it stands with the records of its course that wait for the service. */
        private readonly queue_state $queue,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        return [
            'states' => [$this->service_state(), $this->host_state(), ...$this->records_states()],
            'rows' => [...$this->notebooks(), ...$this->charts()],
            'settings' => $this->settings,
        ];
    }

    /**
     * Tells whether the service answers.
     *
     * @return array
     */
    private function service_state(): array {
        $isgood = $this->service !== null;
        $version = $isgood ? $this->service->text('version') : '';
        $sentence = $isgood ? self::say('overview_service_ok', $version) : self::say('overview_service_bad');
        return self::state(self::say('service'), $isgood ? 'success' : 'danger', $sentence);
    }

    /**
     * Tells whether the container host answers.
     *
     * @return array
     */
    private function host_state(): array {
        $name = (string) $this->instance->record->host;
        [$colour, $sentence] = match (true) {
            $name === '' => ['secondary', self::say('nohost')],
            $this->host === null => ['secondary', self::say('overview_host_unknown', $name)],
            $this->host->flag('ok') => ['success', $this->engine($name)],
            default => ['danger', $this->failed_step($name)],
        };
        return self::state(self::say('host'), $colour, $sentence);
    }

    /**
     * Tells whether records of the course wait, or are stopped.
     *
     * @return array[] None where all of them are the service's.
     */
    private function records_states(): array {
        $states = [];
        if ($this->queue->isfull) {
            $states[] = self::state(self::say('queue'), 'danger', self::say('overview_queue_full'));
        }
        if ($this->queue->stopped) {
            $states[] = self::state(self::say('queue'), 'warning', self::say('overview_queue_stopped', $this->queue->stopped));
        }
        if ($this->queue->records) {
            $states[] = self::state(self::say('queue'), 'warning', self::say('overview_queue_waiting', $this->queue->records));
        }
        return $states;
    }

    /**
     * Tells which engine answers.
     *
     * @param string $name Name of the host.
     * @return string Plain text.
     */
    private function engine(string $name): string {
        $engine = ucfirst($this->host->text('engine')) . ' ' . $this->host->text('version');
        return self::say('overview_host_ok', ['name' => $name, 'engine' => $engine]);
    }

    /**
     * Tells where the way to the engine ends.
     *
     * @param string $name Name of the host.
     * @return string Plain text.
     */
    private function failed_step(string $name): string {
        $steps = $this->host->rows('steps');
        $why = $steps ? end($steps)->worded('sentence') : '';
        return self::say('overview_host_bad', ['name' => $name, 'why' => $why]);
    }

    /**
     * Returns the settings of notebooks.
     *
     * @return array[]
     */
    private function notebooks(): array {
        $record = $this->instance->record;
        $hub = activities::jupyterhub_url($record, $this->activities);
        $shown = array_filter($this->activities, fn(activity $one) => activities::shows($record, $one));
        $own = array_filter($this->activities, fn(activity $one) => activities::belongs($record, $one));
        $counts = ['shown' => count($shown), 'hidden' => count($own) - count($shown)];
        return [
            self::row(self::say('jupyterhub_url'), $hub ?: '-'),
            self::row(self::say('host'), (string) $record->host ?: self::say('host_none')),
            self::row(self::say('tab_ltis'), self::say('overview_activities', $counts)),
            self::row(self::say('imgname_fltr'), (string) $record->imgname_fltr ?: '*'),
            self::row(self::say('make_volumes'), self::yes_or_no((bool) $record->make_volumes)),
        ];
    }

    /**
     * Returns the settings of charts.
     *
     * @return array[]
     */
    private function charts(): array {
        $record = $this->instance->record;
        $rows = [
            self::row(self::say('use_dashboard'), self::yes_or_no((bool) $record->use_dashboard)),
            self::row(self::say('namepattern'), get_string(people::pattern($record))),
        ];
        foreach (['during_realtime', 'during_anytime', 'chart_line_interval'] as $name) {
            $rows[] = self::row(self::say($name), format_time((int) $record->$name));
        }
        foreach (['chart_bar_usernum', 'chart_bar_codenum', 'chart_line_usernum'] as $name) {
            $rows[] = self::row(self::say($name), (string) (int) $record->$name);
        }
        return $rows;
    }

    /**
     * Returns a string of the plugin.
     *
     * @param string $name Its name.
     * @param mixed $a What it takes.
     * @return string
     */
    private static function say(string $name, mixed $a = null): string {
        return get_string($name, 'mod_lticontainer', $a);
    }

    /**
     * Returns a word for a switch.
     *
     * @param bool $ison Whether it is on.
     * @return string
     */
    private static function yes_or_no(bool $ison): string {
        return get_string($ison ? 'yes' : 'no');
    }

    /**
     * Returns a setting as the template takes it.
     *
     * @param string $name Its name.
     * @param string $value Its value.
     * @return array
     */
    private static function row(string $name, string $value): array {
        return ['name' => $name, 'value' => $value];
    }

    /**
     * Returns a state as the template takes it.
     *
     * @param string $name What it is the state of.
     * @param string $colour Bootstrap's word.
     * @param string $sentence Plain text.
     * @return array
     */
    private static function state(string $name, string $colour, string $sentence): array {
        $words = [
            'success' => 'connection_ok',
            'warning' => 'connection_warning',
            'danger' => 'connection_error',
            'secondary' => 'overview_none',
        ];
        return ['name' => $name, 'colour' => $colour, 'word' => self::say($words[$colour]), 'sentence' => $sentence];
    }
}
