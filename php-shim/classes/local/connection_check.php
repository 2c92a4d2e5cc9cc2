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

use mod_lticontainer\local\exception\service_exception;

/**
 * Walks the way to the service step by step, and says where it ends and what to do.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class connection_check {
    /** @var string[] Functions that the plugin calls, without mod_lticontainer_ in front. */
    public const NEEDED = [
        'build_custom_params', 'check_host', 'copy_custom_params', 'create_volumes', 'delete_user_data',
        'delete_volumes', 'diff_custom_params', 'get_chart', 'get_containers', 'get_courses', 'get_dashboard',
        'get_filters', 'get_hosts', 'get_images', 'get_param_choices', 'get_progress', 'get_recorded_users',
        'get_roster', 'get_site_info', 'get_user_data', 'get_volumes', 'parse_custom_params', 'register_ltis', 'set_roster',
        'stop_containers', 'unregister_ltis', 'write_nbdata', 'write_nblogs',
    ];

    /** @var check_step[] What was found so far. */
    private array $steps = [];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var client The client to test. */
        private readonly client $client,
        /** @var string URL of the service. */
        private readonly string $serviceurl,
        /** @var bool Whether certificates are checked. */
        private readonly bool $verify,
        /** @var string Address of this Moodle. */
        private readonly string $wwwroot,
    ) {
    }

    /**
     * Tests the connection that the site's settings name.
     *
     * @return check_step[]
     */
    public static function run(): array {
        global $CFG;
        $config = get_config('mod_lticontainer');
        $check = new self(
            client::from_settings(),
            trim((string) ($config->serviceurl ?? '')),
            (bool) ($config->verify ?? true),
            $CFG->wwwroot
        );
        return $check->steps();
    }

    /**
     * Walks.
     *
     * @return check_step[] The last one is the one that fails, where one does.
     */
    public function steps(): array {
        $this->steps = [];
        try {
            $started = microtime(true);
            $info = $this->client->call(command::call('get_site_info'));
            $this->good('settings');
            $this->encryption();
            $this->answer($info, microtime(true) - $started);
            $this->functions($info);
            $this->moodleurl((string) ($info['moodle_url'] ?? ''));
            $this->hosts();
            $this->activities();
            $this->records();
        } catch (service_exception $fault) {
            $this->steps[] = new check_step(
                get_string('check_answer', 'mod_lticontainer'),
                check_step::ERROR,
                $fault->sentence(),
                $fault->remedy(),
                $fault->detail
            );
        }
        return $this->steps;
    }

    /**
     * Tells whether others can read the token on its way.
     */
    private function encryption(): void {
        $parts = parse_url($this->serviceurl);
        $ishere = in_array(strtolower($parts['host'] ?? ''), ['localhost', '127.0.0.1', '[::1]'], true);
        if (strtolower($parts['scheme'] ?? '') !== 'https') {
            $ishere ? $this->good('encryption') : $this->bad('encryption', 'plain', null, check_step::WARNING);
        } else {
            $this->verify ? $this->good('encryption') : $this->bad('encryption', 'unverified', null, check_step::WARNING);
        }
    }

    /**
     * Tells what answers.
     *
     * @param array $info Result of get_site_info.
     * @param float $seconds How long it took.
     */
    private function answer(array $info, float $seconds): void {
        $this->good('answer', [
            'version' => (string) ($info['version'] ?? '?'),
            'database' => (string) ($info['database'] ?? '?'),
            'milliseconds' => (int) round($seconds * 1000),
        ]);
    }

    /**
     * Tells whether the token may use all that the plugin needs.
     *
     * @param array $info Result of get_site_info.
     */
    private function functions(array $info): void {
        $granted = array_column((array) ($info['functions'] ?? []), 'name');
        $needed = array_map(fn($name) => "mod_lticontainer_$name", self::NEEDED);
        $missing = array_diff($needed, $granted);
        if ($missing) {
            $this->bad('functions', 'missing', implode(', ', $missing));
        } else {
            $this->good('functions');
        }
    }

    /**
     * Tells whether both mean the same Moodle.
     *
     * @param string $theirs Its address, as the service knows it.
     */
    private function moodleurl(string $theirs): void {
        if (own_site::are_same($theirs, $this->wwwroot)) {
            $this->good('moodleurl', $theirs);
        } else {
            $this->bad('moodleurl', 'wrong', ['theirs' => $theirs, 'ours' => $this->wwwroot]);
        }
    }

    /**
     * Tells which container hosts there are.
     *
     * @throws service_exception
     */
    private function hosts(): void {
        $names = array_column((array) ($this->client->call(command::call('get_hosts'))['hosts'] ?? []), 'name');
        if ($names) {
            $this->good('hosts', implode(', ', $names));
        } else {
            $this->bad('hosts', 'none', null, check_step::WARNING);
        }
    }

    /**
     * Tells which activities the service has refused to register.
     */
    private function activities(): void {
        $lines = refused_activities::lines();
        if ($lines) {
            $this->bad('activities', 'refused', implode('; ', $lines), check_step::WARNING);
        }
    }

    /**
     * Tells whether what proxies send comes to the service.
     *
     * @throws service_exception
     */
    private function records(): void {
        $path = records_path::look($this->client, curl_transport::from_settings());
        $sentences = [
            records_path::GOOD => ['ok', check_step::OK],
            records_path::NONE => ['none', check_step::OK],
            records_path::UNKNOWN => ['unknown', check_step::WARNING],
            records_path::WRONG => ['wrong', check_step::ERROR],
        ];
        [$name, $state] = $sentences[$path->state];
        if ($state === check_step::OK) {
            $this->good('records', $path->url, $name);
        } else {
            $this->bad('records', $name, $path->url, $state);
        }
    }

    /**
     * Adds a step that is well.
     *
     * @param string $step Its name.
     * @param mixed $a What its sentence takes.
     * @param string $what Name of the sentence.
     */
    private function good(string $step, mixed $a = null, string $what = 'ok'): void {
        $this->steps[] = new check_step(
            get_string("check_$step", 'mod_lticontainer'),
            check_step::OK,
            get_string("check_{$step}_{$what}", 'mod_lticontainer', $a)
        );
    }

    /**
     * Adds a step that is not.
     *
     * @param string $step Its name.
     * @param string $what What is wrong.
     * @param mixed $a What its sentences take.
     * @param string $state One of the constants of check_step.
     */
    private function bad(string $step, string $what, mixed $a = null, string $state = check_step::ERROR): void {
        $this->steps[] = new check_step(
            get_string("check_$step", 'mod_lticontainer'),
            $state,
            get_string("check_{$step}_{$what}", 'mod_lticontainer', $a),
            get_string("check_{$step}_{$what}_remedy", 'mod_lticontainer', $a)
        );
    }
}
