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

use mod_lticontainer\local\check_step;
use mod_lticontainer\local\old_tokens;
use moodle_url;
use renderable;
use renderer_base;
use stdClass;
use templatable;

/**
 * The test of the connection, as its page shows it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class connection implements renderable, templatable {
    /** @var array Bootstrap's words for the states. */
    private const COLOURS = [
        check_step::OK => 'success',
        check_step::WARNING => 'warning',
        check_step::ERROR => 'danger',
    ];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var check_step[] What was found. */
        private readonly array $steps,
        /** @var int How many instances of 1.6.3 have no host yet. */
        private readonly int $withouthost,
        /** @var int How many instances hold a password or a token of 1.6.3. */
        private readonly int $withsecret,
        /** @var stdClass[] The activities that hold a token of 1.6.3, as old_tokens finds them. */
        private readonly array $withtoken,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $isbad = in_array(check_step::ERROR, array_column($this->steps, 'state'), true);
        $page = new moodle_url('/mod/lticontainer/connection.php');
        return [
            'isbad' => $isbad,
            'haslegacy' => $this->withouthost || $this->withsecret || $this->withtoken,
            'withouthost' => $this->withouthost,
            'withsecret' => $this->withsecret,
            'withtoken' => count($this->withtoken),
            'activities' => array_values(array_map(fn(stdClass $row) => [
                'course' => old_tokens::names($row)[0],
                'name' => old_tokens::names($row)[1],
                'url' => old_tokens::url($row)->out(false),
            ], $this->withtoken)),
            'action' => $page->out(false),
            'sesskey' => sesskey(),
            'steps' => array_map(fn(check_step $step) => [
                'name' => $step->name,
                'colour' => self::COLOURS[$step->state],
                'state' => get_string("connection_{$step->state}", 'mod_lticontainer'),
                'sentence' => $step->sentence,
                'remedy' => $step->remedy,
                'detail' => $step->detail,
            ], $this->steps),
            'again' => $page->out(false),
            'queue' => (new moodle_url('/mod/lticontainer/queue.php'))->out(false),
            'settings' => (new moodle_url('/admin/settings.php', ['section' => 'modsettinglticontainer']))->out(false),
        ];
    }
}
