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

use mod_lticontainer\local\passing;
use mod_lticontainer\local\queue as calls;
use mod_lticontainer\local\queue_room;
use mod_lticontainer\local\queue_state;
use mod_lticontainer\local\stopped_calls;
use moodle_url;
use renderable;
use renderer_base;
use stdClass;
use templatable;

/**
 * What waits for the service, and what was refused, as an administrator sees it.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class queue implements renderable, templatable {
    /** @var int The most that are listed. */
    private const SHOWN = 50;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var queue_state How it stands. */
        private readonly queue_state $state,
        /** @var moodle_url Address of the page. */
        private readonly moodle_url $url,
    ) {
    }

    #[\Override]
    public function export_for_template(renderer_base $output): array {
        $rows = stopped_calls::all(self::SHOWN + 1);
        $since = $this->state->since ? userdate($this->state->since) : '';
        $counts = ['records' => $this->state->records, 'erasures' => $this->state->erasures, 'since' => $since];
        $room = ['used' => display_size(queue_room::used()), 'limit' => display_size(queue_room::limit())];
        return [
            'summary' => $since === '' ? self::say('queue_empty') : self::say('queue_waiting', $counts),
            'room' => self::say('queue_room', $room),
            'isfull' => $this->state->isfull,
            'rows' => array_map(self::row(...), array_slice($rows, 0, self::SHOWN)),
            'hasrows' => $rows !== [],
            'ismore' => count($rows) > self::SHOWN,
            'hasstopped' => $this->state->stopped > 0,
            'days' => stopped_calls::DAYS,
            'action' => $this->url->out(false),
            'sesskey' => sesskey(),
        ];
    }

    /**
     * Returns a call as the template takes it.
     *
     * @param stdClass $row Row of the table.
     * @return array
     */
    private static function row(stdClass $row): array {
        $isstopped = (int) $row->state === calls::STOPPED;
        return [
            'id' => $row->id,
            'what' => self::say("queue_$row->kind"),
            'where' => self::place($row),
            'came' => userdate($row->timecreated),
            'size' => display_size((int) $row->bytes),
            'tries' => (int) $row->tries,
            'colour' => $isstopped ? 'danger' : 'warning',
            'state' => self::say($isstopped ? 'queue_stopped' : 'queue_refused'),
            'next' => self::next($row, $isstopped),
            'why' => self::why((string) $row->lasterror),
        ];
    }

    /**
     * Says what becomes of a call.
     *
     * @param stdClass $row Row of the table.
     * @param bool $isstopped Whether it is tried no more.
     * @return string Plain text.
     */
    private static function next(stdClass $row, bool $isstopped): string {
        if (!$isstopped) {
            return self::say('queue_next', userdate(max((int) $row->timenext, time())));
        }
        $until = userdate($row->timetried + stopped_calls::DAYS * DAYSECS);
        return $row->kind === calls::RECORDS ? self::say('queue_until', $until) : '';
    }

    /**
     * Says where a call comes from.
     *
     * @param stdClass $row Row of the table.
     * @return string Plain text; empty where that is not known.
     */
    private static function place(stdClass $row): string {
        global $DB;
        $course = $row->courseid ? (string) $DB->get_field('course', 'shortname', ['id' => $row->courseid]) : '';
        $isactivity = str_starts_with((string) $row->sender, passing::SENDER);
        $ltiid = $isactivity ? (int) substr($row->sender, strlen(passing::SENDER)) : 0;
        $activity = $ltiid ? (string) $DB->get_field('lti', 'name', ['id' => $ltiid]) : '';
        $names = array_filter([$course, $activity], fn(string $one) => $one !== '');
        $plain = ['context' => \core\context\system::instance(), 'escape' => false];
        return implode(': ', array_map(fn(string $one) => format_string($one, true, $plain), $names));
    }

    /**
     * Says why a call was refused.
     *
     * @param string $reason What the queue says of it.
     * @return string Plain text.
     */
    private static function why(string $reason): string {
        [$code, $detail] = explode(' ', $reason, 2) + ['', ''];
        $strings = get_string_manager();
        foreach (["queue_why_$code", $code] as $name) {
            if ($code !== '' && $strings->string_exists($name, 'mod_lticontainer')) {
                return trim(self::say($name) . " $detail");
            }
        }
        return $reason === '' ? '' : self::say('servicerefused', $reason);
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
}
