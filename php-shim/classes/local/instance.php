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

use cm_info;
use context_module;
use mod_lticontainer\event\course_module_viewed;
use moodle_exception;
use stdClass;

/**
 * An instance of the plugin with its course, course module and context.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class instance {
    /** @var string[] Whoever has one of these has a page to see. */
    public const PAGE_CAPABILITIES = [
        'mod/lticontainer:lti_view',
        'mod/lticontainer:lti_edit',
        'mod/lticontainer:lti_setting',
        'mod/lticontainer:volume_view',
        'mod/lticontainer:volume_edit',
        'mod/lticontainer:dashboard_view',
        'mod/lticontainer:chart_view',
        'mod/lticontainer:jupyterhub_user',
        'mod/lticontainer:jupyterhub_api',
        'mod/lticontainer:admin_tools',
    ];

    /** @var int Longest list of hidden activities, in characters. */
    public const HIDDEN_LENGTH = 1333;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var stdClass Row of the table lticontainer. */
        public readonly stdClass $record,
        /** @var stdClass Row of the course. */
        public readonly stdClass $course,
        /** @var cm_info The course module. */
        public readonly cm_info $cm,
        /** @var context_module Its context. */
        public readonly context_module $context,
    ) {
    }

    /**
     * Finds an instance by its course module.
     *
     * @param int $cmid Id of the course module.
     * @return self
     * @throws moodle_exception There is none, or it is of another module.
     */
    public static function from_cmid(int $cmid): self {
        global $DB;
        [$course, $cm] = get_course_and_cm_from_cmid($cmid, 'lticontainer');
        $record = $DB->get_record('lticontainer', ['id' => $cm->instance], '*', MUST_EXIST);
        return new self($record, $course, $cm, context_module::instance($cm->id));
    }

    /**
     * Returns the name, ready to be shown.
     *
     * @return string HTML
     */
    public function name(): string {
        return format_string($this->record->name, true, ['context' => $this->context]);
    }

    /**
     * Returns the name of something in the course, filtered as names are, such as by language.
     *
     * @param string $name The name, as it is stored.
     * @return string Plain text, not escaped.
     */
    public function plain(string $name): string {
        return format_string($name, true, ['context' => $this->context, 'escape' => false]);
    }

    /**
     * Returns the ids of the LTI activities that the instance hides.
     *
     * @return int[]
     */
    public function hidden(): array {
        return self::ids((string) $this->record->no_display_lti);
    }

    /**
     * Writes down that a page was viewed.
     */
    public function trigger_viewed(): void {
        $event = course_module_viewed::create(['objectid' => $this->record->id, 'context' => $this->context]);
        $event->add_record_snapshot('course', $this->course);
        $event->add_record_snapshot('lticontainer', $this->record);
        $event->trigger();
    }

    /**
     * Reads a comma-separated list of ids.
     *
     * @param string $text The list; what is no number is left out.
     * @return int[]
     */
    public static function ids(string $text): array {
        return array_map('intval', array_filter(array_map('trim', explode(',', $text)), 'ctype_digit'));
    }

    /**
     * Writes a comma-separated list of ids, as long as the table takes it.
     *
     * @param int[] $ids The ids.
     * @return string
     */
    public static function hidden_list(array $ids): string {
        $list = implode(',', $ids);
        return strlen($list) > self::HIDDEN_LENGTH ? self::hidden_list(array_slice($ids, 0, -1)) : $list;
    }

    /**
     * Brings what a form holds into the shape of the table.
     *
     * @param stdClass $data What the form holds.
     * @return stdClass The same, with what is typed loosely made exact.
     */
    public static function normalised(stdClass $data): stdClass {
        foreach (['jupyterhub_url', 'imgname_fltr', 'host'] as $name) {
            if (isset($data->$name)) {
                $data->$name = trim($data->$name);
            }
        }
        return $data;
    }
}
